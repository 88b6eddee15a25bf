#include "http/fields/etag.hpp"

#include "base/text.hpp"

namespace sluice::http {

namespace {

bool take_weak_mark(std::string_view& etag) {
  bool weak = etag.starts_with("W/");
  if (weak) etag.remove_prefix(2);
  return weak;
}

/// Takes `[W/]"…"` off the front. In an entity tag a backslash is a character like others, not an escape.
bool next_etag(std::string_view& rest, std::string_view& etag) {
  while (!rest.empty() && (rest.front() == ',' || rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  std::size_t open = rest.starts_with("W/") ? 2 : 0;
  if (open >= rest.size() || rest[open] != '"') return false;
  auto close = rest.find('"', open + 1);
  if (close == std::string_view::npos) return false;
  etag = rest.substr(0, close + 1);
  rest.remove_prefix(close + 1);
  return true;
}

}  // namespace

bool etags_match(std::string_view a, std::string_view b, Comparison comparison) {
  bool weak = take_weak_mark(a);
  weak |= take_weak_mark(b);
  return a == b && !(weak && comparison == Comparison::strong);
}

bool etag_list_matches(std::string_view list, std::string_view etag, Comparison comparison) {
  if (list == "*") return true;
  bool one_tag = etag.size() >= 2 && etag.front() == '"' && etag.find('"', 1) == etag.size() - 1;
  if (one_tag && list == etag) return true;  // what caches send: the one that they were given
  std::string_view candidate;
  while (next_etag(list, candidate)) {
    if (etags_match(candidate, etag, comparison)) return true;
  }
  return false;
}

}  // namespace sluice::http
