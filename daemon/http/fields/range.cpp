#include "http/fields/range.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/text.hpp"

namespace sluice::http {

namespace {

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

/// 1*DIGIT; what is too large for 64 bits is past every end.
std::optional<std::uint64_t> parse_position(std::string_view digits) {
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  return parse_unsigned(digits).value_or(largest);
}

/// One range-spec of RFC 9110 §14.1.1 with what is left of it within `size` octets.
struct Spec {
  bool valid = false;
  ByteRange range;  // length 0: not satisfiable
};

Spec parse_suffix(std::string_view digits, std::uint64_t size) {
  auto length = parse_position(digits);
  if (!length) return {};
  auto taken = std::min(*length, size);
  return {true, {size - taken, taken}};
}

Spec parse_spec(std::string_view text, std::uint64_t size) {
  auto dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  if (dash == 0) return parse_suffix(text.substr(1), size);

  auto first = parse_position(text.substr(0, dash));
  if (!first) return {};
  auto last_text = text.substr(dash + 1);
  auto last = last_text.empty() ? largest : parse_position(last_text);
  if (!last || *last < *first) return {};
  if (*first >= size) return {true, {}};
  return {true, {*first, std::min(*last, size - 1) - *first + 1}};
}

}  // namespace

void Ranges::add(ByteRange range) {
  for (std::size_t i = 0; i < count_;) {
    auto& other = ranges_[i];
    if (range.offset > other.end() || other.offset > range.end()) {
      ++i;
      continue;
    }
    // The union takes the place of the one that came first; it may touch others in turn, so start again.
    auto begin = std::min(range.offset, other.offset);
    range = {begin, std::max(range.end(), other.end()) - begin};
    std::move(ranges_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
              ranges_.begin() + static_cast<std::ptrdiff_t>(count_), ranges_.begin() + static_cast<std::ptrdiff_t>(i));
    --count_;
    i = 0;
  }
  ranges_[count_++] = range;
}

Ranges Ranges::parse(std::string_view field, std::uint64_t size) {
  constexpr std::string_view unit = "bytes=";
  Ranges whole, ranges;
  if (!starts_with_ignoring_case(field, unit)) return whole;
  field.remove_prefix(unit.size());

  std::size_t asked = 0;
  std::string_view item;
  while (next_list_item(field, item)) {
    auto spec = parse_spec(item, size);
    if (!spec.valid || ++asked > most) return whole;
    if (spec.range.length != 0) ranges.add(spec.range);
  }
  if (asked == 0) return whole;
  ranges.kind_ = ranges.count_ != 0 ? Kind::partial : Kind::unsatisfiable;
  return ranges;
}

}  // namespace sluice::http
