#include "site/builder.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "site/request_values.hpp"
#include "site/routing/pattern.hpp"
#include "site/settings/headers.hpp"

namespace sluice::site {
namespace {

using Paths = std::vector<config::Located<std::string>>;

/// The parameters of some patterns, in the order in which the patterns first have them.
struct PatternParameters {
  struct Entry {
    std::string name;
    std::size_t patterns = 0;                               // how many have it
    const config::Located<std::string>* without = nullptr;  // one that has it not
  };
  std::vector<Entry> entries;
  bool sound = true;  // all patterns could be read

  explicit PatternParameters(const Paths& paths) {
    config::Diagnostics ignored;  // the router reports bad patterns
    std::vector<std::vector<std::string>> names;
    for (const auto& path : paths) {
      auto pattern = parse_pattern(path, ignored);
      sound &= pattern.has_value();
      names.push_back(pattern ? pattern->parameters() : std::vector<std::string>());
      for (const auto& name : names.back()) {
        if (!find(name)) entries.push_back({.name = name});
      }
    }
    for (auto& entry : entries) {
      for (std::size_t i = 0; i < paths.size(); ++i) {
        bool has = std::ranges::find(names[i], entry.name) != names[i].end();
        if (has) ++entry.patterns;
        if (!has && !entry.without) entry.without = &paths[i];
      }
    }
  }

  Entry* find(std::string_view name) {
    auto found = std::ranges::find(entries, name, &Entry::name);
    return found == entries.end() ? nullptr : &*found;
  }
};

/// Returns the name that was meant, where there is evidence for one.
std::string_view report_not_in_path(const config::Named<ParameterDeclaration>& declared, const PatternParameters& known,
                                    config::Diagnostics& diagnostics) {
  auto& error = diagnostics.error("unknown-parameter", declared.name_span,
                                  "no path of this route has a parameter `{" + declared.name + "}`");
  std::vector<std::string_view> names;
  names.reserve(known.entries.size());
  for (const auto& entry : known.entries) names.push_back(entry.name);
  auto meant = config::nearest(declared.name, names);
  if (!meant.empty()) error.label = "did you mean `" + std::string(meant) + "`?";
  error.help = "`params` declares what stands in the path; parameters after the `?` are declared with `query`";
  return meant;
}

/// A query parameter that hides behind one of the path would never be seen.
void check_not_in_path(const config::Named<ParameterDeclaration>& declared, PatternParameters& known,
                       config::Diagnostics& diagnostics) {
  if (!known.find(declared.name)) return;
  auto& error = diagnostics.error("duplicate-parameter", declared.name_span,
                                  "`" + declared.name + "` is a parameter of the path already");
  error.label = "`{" + declared.name + "}` would mean both";
  error.help = "give one of them another name; `{query." + declared.name + "}` needs no declaration";
}

/// A parameter that some paths lack is null there: fine only when the config says so.
void check_in_all_paths(const Parameter& parameter, const PatternParameters::Entry& entry, const Paths& paths,
                        config::Diagnostics& diagnostics) {
  if (entry.patterns == paths.size() || parameter.optional || parameter.has_default) return;
  auto& error = diagnostics.error("missing-parameter", entry.without->span,
                                  "this path has no `{" + entry.name + "}`, which other paths of the route have");
  error.label = "`" + entry.name + "` has no value here";
  error.help = "say what it is then: `params." + entry.name + " = { default = \"…\" }`, or `params." + entry.name +
               " = \"string?\"` for null";
}

/// What says how one body is to be read makes all others unreadable.
void check_holds_for_all(const config::Member& header, config::Diagnostics& diagnostics) {
  bool of_one_body =
      equals_ignoring_case(header.key, "Content-Encoding") || equals_ignoring_case(header.key, "Content-Range");
  if (!of_one_body || !header.value.is(config::Value::Kind::string)) return;
  auto& error =
      diagnostics.error("reserved-header", header.key_span, "`" + header.key + "` cannot be set for all responses");
  error.label = "errors and redirects would have it, too";
  error.help =
      "a [[route]] may set it; for files nothing needs to be set, see `precompressed` and `compress` of [[static]]";
}

}  // namespace

std::string Endpoint::host_names() const {
  std::string names;
  for (const auto& host : hosts) names.append(names.empty() ? "" : ", ").append(*host);
  return names;
}

void Builder::set_headers(const config::Value& table) {
  static const templates::Scope scope = request_scope();
  config::Value sound;
  sound.kind = config::Value::Kind::table;
  for (const auto& member : table.members) {
    auto before = reading_.diagnostics.errors();
    check_holds_for_all(member, reading_.diagnostics);
    if (member.value.is(config::Value::Kind::string)) {
      templates::Template::compile({member.value.text, member.value.span}, scope, templates::Escape::field,
                                   reading_.diagnostics);
    }
    if (reading_.diagnostics.errors() == before) sound.members.push_back(member);
  }
  headers_ = std::move(sound);
}

std::vector<HeaderTemplate> Builder::merged_headers(const config::Value* own) {
  std::vector<HeaderTemplate> merged;
  merge_headers(merged, headers_);
  if (own) merge_headers(merged, *own);
  return merged;
}

std::unique_ptr<const ResponseFields> Builder::compiled(const std::vector<HeaderTemplate>& headers,
                                                        const templates::Scope& scope) const {
  config::Diagnostics told_elsewhere;
  told_elsewhere.sources = reading_.diagnostics.sources;
  return std::make_unique<const ResponseFields>(ResponseFields::List{}, headers, scope, told_elsewhere);
}

Parameters Builder::parameters_of(const Paths& paths, const Declarations& path, const Declarations& query) {
  auto& diagnostics = reading_.diagnostics;
  PatternParameters in_paths(paths);
  Parameters parameters;
  for (const auto& entry : in_paths.entries) parameters.path.emplace_back().name = entry.name;

  auto find = [&](std::string_view name) { return std::ranges::find(parameters.path, name, &Parameter::name); };
  for (const auto& declared : path) {
    if (auto found = find(declared.name); found != parameters.path.end()) {
      *found = make_parameter(declared, diagnostics);
    } else if (in_paths.sound) {
      auto meant = find(report_not_in_path(declared, in_paths, diagnostics));
      if (meant != parameters.path.end()) meant->optional = true;  // nothing more is to be said of it
    }
  }
  if (in_paths.sound) {
    for (const auto& parameter : parameters.path) {
      check_in_all_paths(parameter, *in_paths.find(parameter.name), paths, diagnostics);
    }
  }
  for (const auto& declared : query) {
    check_not_in_path(declared, in_paths, diagnostics);
    parameters.query.push_back(make_parameter(declared, diagnostics));
  }
  return parameters;
}

templates::Scope Builder::scope_of(const Paths& paths, const Parameters& parameters) {
  auto scope = request_scope();
  for (std::size_t i = 0; i < parameters.query.size(); ++i) {
    scope.add(parameters.query[i].name, query_parameter, static_cast<std::uint32_t>(i));
  }
  auto entries = PatternParameters(paths).entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    scope.add(entries[i].name, path_parameter, static_cast<std::uint32_t>(i));
  }
  return scope;
}

}  // namespace sluice::site
