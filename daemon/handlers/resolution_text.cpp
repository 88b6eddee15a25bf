#include "handlers/resolution_text.hpp"

#include <cerrno>

#include "handlers/path_fault.hpp"

namespace sluice::handlers {

namespace {

using Kind = Resolution::Kind;

std::string in_ticks(const std::string& text) { return '`' + text + '`'; }

std::string codings_of(const Resource& resource) {
  std::string list;
  for (auto coding : http::codings_by_size) {
    if (!resource.siblings.has(coding) && !resource.computable.has(coding)) continue;
    list.append(list.empty() ? "" : ", ").append(token(coding));
    if (resource.siblings.has(coding)) list += " (a file)";
  }
  return list.empty() ? "not compressed" : "compressed with " + list;
}

std::string describe_file(const StaticSite& site, const Wanted& wanted, const Resolution& found) {
  auto loaded = site.read(found, Waiting::allowed);
  auto path = site.root().path() + "/" + found.relative;
  if (!loaded) return "cannot be read: " + explain_path_fault(path, loaded.error());
  const auto& resource = **loaded;
  auto text = found.status == 200 ? "sends " + in_ticks(path) : "is answered with 404 and " + in_ticks(path);
  if (found.stands_in && found.status == 200) {
    text += " in place of " + in_ticks(wanted.relative) + ", which does not exist";
    if (resource.traits.for_navigation) text += ", to who takes text/html";
  }
  text += ": " + resource.plain->content_type;
  auto control = found.status == 200 ? std::string(resource.traits.cache_control) : "no-store";
  text += control.empty() ? ", without Cache-Control" : ", Cache-Control: " + control;
  return text + ", " + codings_of(resource);
}

std::string describe_missing(const StaticSite& site, const Wanted& wanted, const Resolution& found) {
  const auto& root = site.root().path();
  std::string why;
  if (found.fault == EXDEV) {
    why = explain_escape(root, found.fault_name);
  } else if (found.fault != 0) {
    why = explain_path_fault(root + "/" + found.fault_name, found.fault);
  } else {
    why = explain_missing(root, site.name_for(wanted));
    if (why.empty()) why = in_ticks(root + "/" + site.name_for(wanted)) + " does not exist";
  }
  return "is answered with 404: " + why;
}

}  // namespace

std::string describe(const StaticSite& site, const Wanted& wanted) {
  auto found = site.resolve(wanted, Waiting::allowed);
  switch (found.kind) {
    case Kind::file: return describe_file(site, wanted, found);
    case Kind::add_slash: return "is a directory: redirects to the path with a slash at its end";
    case Kind::drop_slash: return "is a page: redirects to the path without the slash at its end";
    case Kind::listing: return "lists " + in_ticks(site.root().path() + "/" + found.relative);
    case Kind::exhausted:
    case Kind::must_wait: return "is answered with 503";
    case Kind::missing: break;
  }
  return describe_missing(site, wanted, found);
}

}  // namespace sluice::handlers
