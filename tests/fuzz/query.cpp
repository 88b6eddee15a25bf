/// Queries and form bodies: pairs and their decoding.

#include "http/target/query.hpp"
#include "base/arena.hpp"
#include "base/utf8.hpp"
#include "input.hpp"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  std::string query(input.rest());
  Arena arena;
  http::QueryPair pair;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::string_view rest = query; http::next_query_pair(rest, pair);) {
    fuzz::require(pair.name.find('&') == std::string_view::npos && pair.name.find('=') == std::string_view::npos,
                  "a name ends at the first delimiter");
    auto name = http::decode_query_text(pair.name, arena);
    auto value = http::decode_query_text(pair.value, arena);
    fuzz::require(valid_utf8(name) && valid_utf8(value), "decoded text is UTF-8");
    pairs.emplace_back(name, value);
  }
  for (const auto& [name, value] : pairs) {
    std::string first, last;
    for (const auto& [other, its] : pairs) {
      if (other == name) last = its;
    }
    for (auto i = pairs.size(); i-- > 0;) {
      if (pairs[i].first == name) first = pairs[i].second;
    }
    if (pairs.size() > 50) break;  // the look-ups are quadratic here
    fuzz::require(http::first_query_value(query, name, arena) == first, "the first of a name");
    fuzz::require(http::last_query_value(query, name, arena) == last, "the last of a name");
  }
  return 0;
}
