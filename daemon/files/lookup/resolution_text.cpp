#include "files/lookup/resolution_text.hpp"

#include <cerrno>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "files/lookup/path_fault.hpp"

namespace sluice::files {

namespace {

using Kind = Resolution::Kind;

std::string in_ticks(const std::string& text) { return '`' + log_escaped(text) + '`'; }

std::string codings_of(const Resource& resource) {
  if (resource.only_coded())
    return "compressed with " + std::string(token(resource.plain->coding)) +
           ", decoded for clients that do not take it";
  std::string list;
  for (auto coding : http::codings_by_size) {
    if (!resource.siblings.has(coding) && !resource.computable.has(coding)) continue;
    list.append(list.empty() ? "" : ", ").append(token(coding));
    if (resource.siblings.has(coding)) list += " (a file)";
  }
  return list.empty() ? "not compressed" : "compressed with " + list;
}

/// The field as it is sent: what is kept with the file, with what the config puts in its place.
std::string field_of(const http::FixedFields& fields, const FileHeaders& headers, std::string_view name) {
  if (headers.renders(name)) return std::string(name) + " as `headers` says";
  for (const auto& [field, value] : fields.list()) {
    if (equals_ignoring_case(field, name)) return std::string(name) + ": " + value;
  }
  return "without " + std::string(name);
}

/// What somebody has to mend before the file that was asked for is sent; empty where it just does not exist.
std::string obstacle_of(const StaticSite& site, const Wanted& wanted, const Resolution& found) {
  const auto& root = site.root().path();
  if (found.fault == EXDEV) return explain_escape(root, found.fault_name);
  if (found.fault != 0) return explain_path_fault(root + "/" + found.fault_name, found.fault);
  return explain_missing(root, site.name_for(wanted));
}

std::string describe_file(const StaticSite& site, const Wanted& wanted, const Resolution& found,
                          const std::string& why) {
  auto loaded = site.read(found, Waiting::allowed);
  auto path = site.root().path() + "/" + found.file();
  if (!loaded) return "cannot be read: " + explain_path_fault(path, loaded.error());
  const auto& resource = **loaded;
  auto text = found.status == 200 ? "sends " + in_ticks(path) : "is answered with 404 and " + in_ticks(path);
  auto obstacle = why.empty() && found.stands_in ? obstacle_of(site, wanted, found) : why;
  if (found.status != 200 && !obstacle.empty()) text += ", for " + obstacle;
  if (found.stands_in && found.status == 200) {
    text += " in place of " + in_ticks(wanted.relative) +
            (obstacle.empty() ? ", which does not exist" : ", for " + obstacle);
    if (resource.traits.for_navigation) text += ", to clients that accept text/html";
  }
  const auto& fields = found.status == 200 ? resource.plain->fields : resource.plain->error_fields;
  const auto& headers = site.settings().headers;
  auto type = field_of(fields, headers, "Content-Type");
  constexpr std::string_view name = "Content-Type: ";
  text += ": " + (type.starts_with(name) ? type.substr(name.size()) : type) + ", ";
  // Of a page of an error the server has the last word.
  text += field_of(fields, found.status == 200 ? headers : FileHeaders(), "Cache-Control");
  return text + ", " + codings_of(resource);
}

std::string describe_missing(const StaticSite& site, const Wanted& wanted, const Resolution& found) {
  auto why = obstacle_of(site, wanted, found);
  auto name = site.name_for(wanted);
  auto path = in_ticks(site.root().path() + "/" + name);
  auto node = found.fault == 0 ? site.root().find(name) : std::unexpected(found.fault);
  if (node && node->is_directory()) why = path + " is a directory, whose files `listing = true` would list";
  if (why.empty()) why = path + " does not exist";
  return "is answered with 404: " + why;
}

}  // namespace

std::string describe(const StaticSite& site, const Wanted& wanted, const std::string& why) {
  auto found = site.resolve(wanted, Waiting::allowed);
  switch (found.kind) {
    case Kind::file: return describe_file(site, wanted, found, why);
    case Kind::add_slash: return "is a directory: redirects to the path with a slash at its end";
    case Kind::drop_slash: return "is a page: redirects to the path without the slash at its end";
    case Kind::listing: return "lists " + in_ticks(site.root().path() + "/" + found.relative);
    case Kind::exhausted:
    case Kind::must_wait: return "is answered with 503";
    case Kind::missing: break;
  }
  if (!why.empty()) return "is answered with 404: " + why;
  return describe_missing(site, wanted, found);
}

}  // namespace sluice::files
