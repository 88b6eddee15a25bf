#pragma once

#include <optional>
#include <string_view>

#include "base/arena.hpp"

/// application/x-www-form-urlencoded, in queries and in bodies of forms: pairs between '&', '+' is a space, bad
/// escapes stay as text, octets that are not UTF-8 become U+FFFD, a name without '=' has an empty value.
namespace sluice::http {

struct QueryPair {
  std::string_view name, value;
};

/// Takes the next pair off the front of `rest`, still encoded. Empty pieces are skipped. False at the end.
bool next_query_pair(std::string_view& rest, QueryPair& pair);

/// Decodes a name or value: the text itself when there is nothing to decode, else a copy in `arena`.
std::string_view decode_query_text(std::string_view text, Arena& arena);

/// The decoded value of the first pair with this (decoded) name.
std::optional<std::string_view> first_query_value(std::string_view query, std::string_view name, Arena& arena);
/// The same for the last pair: what FastAPI and Starlette take where a single value is declared.
std::optional<std::string_view> last_query_value(std::string_view query, std::string_view name, Arena& arena);

}  // namespace sluice::http
