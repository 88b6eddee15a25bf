#include "site/routing/host_pattern.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace sluice::site {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 &&
         std::ranges::all_of(text, [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; }) &&
         !text.starts_with('.') && text.find("..") == std::string_view::npos;
}

}  // namespace

Result<std::string> parse_host_pattern(const std::string& text) {
  if (text.empty()) return fail("a host has a name");
  if (text.find("://") != std::string::npos) return fail("a host is a name without a scheme");
  if (text.starts_with('[') && text.ends_with(']')) return to_lower(text);
  if (text.find('/') != std::string::npos) return fail("a host is a name without a path");
  if (text.find(':') != std::string::npos) return fail("a host is a name without a port: it serves all ports");
  std::string_view name = text;
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.find('*') != std::string_view::npos) return fail("`*` stands only at the begin: `*.example.org`");
  if (!is_name(name)) return fail("`" + text + "` is no name of a host");
  return to_lower(text);
}

config::Type<std::vector<config::Located<std::string>>> host_patterns() {
  return config::one_or_more(config::parsed<std::string>("host name", "NAME, *.NAME", "bad-host", parse_host_pattern));
}

}  // namespace sluice::site
