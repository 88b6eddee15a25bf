#include "http/target/query.hpp"

#include "base/percent.hpp"
#include "base/utf8.hpp"

namespace sluice::http {

bool next_query_pair(std::string_view& rest, QueryPair& pair) {
  while (!rest.empty()) {
    auto end = rest.find('&');
    auto piece = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (piece.empty()) continue;
    auto equals = piece.find('=');
    pair.name = piece.substr(0, equals);
    pair.value = equals == std::string_view::npos ? std::string_view("") : piece.substr(equals + 1);
    return true;
  }
  return false;
}

std::string_view decode_query_text(std::string_view text, Arena& arena) {
  if (text.find_first_of("%+") != std::string_view::npos) {
    auto room = arena.array<char>(text.size());
    text = {room.data(), form_decode(text, room.data())};
  }
  return to_valid_utf8(text, arena);
}

namespace {

bool has_name(std::string_view encoded, std::string_view name, Arena& arena) {
  bool plain = encoded.find_first_of("%+") == std::string_view::npos && ascii_prefix(encoded) == encoded.size();
  return plain ? encoded == name : decode_query_text(encoded, arena) == name;
}

}  // namespace

std::optional<std::string_view> first_query_value(std::string_view query, std::string_view name, Arena& arena) {
  QueryPair pair;
  while (next_query_pair(query, pair)) {
    if (has_name(pair.name, name, arena)) return decode_query_text(pair.value, arena);
  }
  return std::nullopt;
}

std::optional<std::string_view> last_query_value(std::string_view query, std::string_view name, Arena& arena) {
  QueryPair pair;
  std::optional<std::string_view> raw;
  while (next_query_pair(query, pair)) {
    if (has_name(pair.name, name, arena)) raw = pair.value;
  }
  if (!raw) return std::nullopt;
  return decode_query_text(*raw, arena);
}

}  // namespace sluice::http
