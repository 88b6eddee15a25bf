#include "http/content/accept.hpp"

#include "base/text.hpp"

namespace sluice::http {

namespace {

/// qvalue of RFC 9110 §12.4.2: 0 to 1 with at most three decimals. What cannot be read weighs nothing.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int weight = (text[0] - '0') * 1000;
  if (text.size() == 1) return weight;
  if (text[1] != '.') return 0;
  int unit = 100;
  for (char c : text.substr(2)) {
    if (!is_digit(c)) return 0;
    weight += (c - '0') * unit;
    unit /= 10;
  }
  return weight <= 1000 ? weight : 0;
}

/// One element of a list: what is named, and its weight.
struct Element {
  std::string_view name;
  int weight = 1000;
};

bool next_element(std::string_view& rest, Element& element) {
  std::string_view item;
  if (!next_list_item(rest, item)) return false;
  element = {};
  std::string_view part;
  if (next_list_item(item, part, ';')) element.name = part;
  while (next_list_item(item, part, ';')) {
    auto equals = part.find('=');
    if (!equals_ignoring_case(trim(part.substr(0, equals)), "q")) continue;  // some write blanks before the "="
    element.weight = parse_weight(equals == std::string_view::npos ? "" : trim(part.substr(equals + 1)));
  }
  return true;
}

int media_specificity(std::string_view range, std::string_view type) {
  if (equals_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  auto slash = type.find('/');
  bool same_type = range.size() == slash + 2 && range.ends_with("/*") &&
                   equals_ignoring_case(range.substr(0, slash), type.substr(0, slash));
  return same_type ? 2 : 0;
}

bool better(const Preference& a, const Preference& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.specificity > b.specificity;
}

}  // namespace

Preference media_preference(std::string_view accept, std::string_view media_type) {
  if (trim(accept).empty()) return {1000, 0};
  Preference found;
  Element element;
  while (next_element(accept, element)) {
    int specificity = media_specificity(element.name, media_type);
    if (specificity > found.specificity) found = {element.weight, specificity};
  }
  return found;
}

int best_media_type(std::string_view accept, std::span<const std::string_view> media_types) {
  int best = -1;
  Preference best_preference;
  for (std::size_t i = 0; i < media_types.size(); ++i) {
    auto preference = media_preference(accept, media_types[i]);
    if (preference.weight == 0 || !better(preference, best_preference)) continue;
    best = static_cast<int>(i);
    best_preference = preference;
  }
  return best;
}

bool identity_is_named(std::string_view accept_encoding) {
  Element element;
  while (next_element(accept_encoding, element)) {
    if (equals_ignoring_case(element.name, "identity")) return true;
  }
  return false;
}

int encoding_weight(std::string_view accept_encoding, std::string_view coding) {
  int any = -1;
  Element element;
  while (next_element(accept_encoding, element)) {
    auto name = element.name;
    if (equals_ignoring_case(name, "x-gzip")) name = "gzip";  // RFC 9110 §8.4.1.3
    if (equals_ignoring_case(name, coding)) return element.weight;
    if (name == "*") any = element.weight;
  }
  if (any >= 0) return any;
  return coding == "identity" ? 1000 : 0;
}

}  // namespace sluice::http
