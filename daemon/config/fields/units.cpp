#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "config/fields/fields.hpp"
#include "config/findings/words.hpp"

/// Durations and sizes: a number and its unit.
namespace sluice::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;  // of milliseconds, or of octets
};

// The largest first, as values are written with the largest unit that divides them.
constexpr std::array<Unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<Unit, 9> size_units = {{{"TiB", 1ULL << 40},
                                             {"GiB", 1ULL << 30},
                                             {"MiB", 1ULL << 20},
                                             {"KiB", 1ULL << 10},
                                             {"TB", 1'000'000'000'000},
                                             {"GB", 1'000'000'000},
                                             {"MB", 1'000'000},
                                             {"KB", 1000},
                                             {"B", 1}}};

/// What a kind of measure is called, and how it is written.
struct Measure {
  std::string_view noun;        // "duration"
  std::string_view wrong_code;  // "bad-duration"
  std::span<const Unit> units;
  std::string_view natural_unit;                // the one people mean when they write none; empty: there is no such
  std::array<std::string_view, 3> usual_units;  // those they may have meant, the likeliest first
  std::string_view forms;                       // for help
  std::string_view pattern;                     // of the JSON Schema
};

constexpr Measure duration_measure = {"duration",
                                      "bad-duration",
                                      duration_units,
                                      "s",
                                      {"s", "ms", "m"},
                                      R"(a duration is a number and a unit: "250ms", "2s", "5m", "1h", "1d")",
                                      "^([0-9]+(ms|s|m|h|d))+$"};
constexpr Measure size_measure = {"size",
                                  "bad-size",
                                  size_units,
                                  "",
                                  {"KiB", "MiB", "B"},
                                  R"(a size is a number and a unit: "512B", "64KiB", "1MiB", "1GiB", "500KB")",
                                  "^[0-9]+(TiB|GiB|MiB|KiB|TB|GB|MB|KB|B)$"};

/// One number and unit at the front of `text`, taken off it.
std::optional<std::uint64_t> take_part(std::string_view& text, std::span<const Unit> units) {
  std::uint64_t count = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc::result_out_of_range) count = std::numeric_limits<std::uint64_t>::max();
  if (error == std::errc::invalid_argument) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  std::size_t length = 0;
  while (length < text.size() && !is_digit(text[length])) ++length;
  for (const auto& unit : units) {
    if (text.substr(0, length) != unit.name) continue;
    text.remove_prefix(length);
    std::uint64_t product = 0;
    return __builtin_mul_overflow(count, unit.factor, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
  }
  return std::nullopt;
}

/// The value in milliseconds or octets; too large a one is the largest there is.
std::optional<std::uint64_t> parse_measure(std::string_view text, const Measure& measure) {
  std::uint64_t sum = 0;
  bool is_duration = measure.noun == "duration";
  do {
    auto part = take_part(text, measure.units);
    if (!part) return std::nullopt;
    if (__builtin_add_overflow(sum, *part, &sum)) sum = std::numeric_limits<std::uint64_t>::max();
  } while (is_duration && !text.empty());  // "1h30m"
  if (!text.empty()) return std::nullopt;
  return sum;
}

/// What `text` was probably meant to be: "5" → "5s", "64k" → "64KiB", "5 sec" → "5s". Empty: no idea.
std::string repaired(std::string_view text, const Measure& measure) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0) return {};
  auto number = std::string(text.substr(0, digits));
  auto unit = to_lower(trim(text.substr(digits)));
  if (unit.empty()) return {};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 31> habits = {{
      {"sec", "s"},   {"secs", "s"},  {"second", "s"}, {"seconds", "s"}, {"s", "s"},
      {"min", "m"},   {"mins", "m"},  {"minute", "m"}, {"minutes", "m"}, {"m", "m"},
      {"hour", "h"},  {"hours", "h"}, {"h", "h"},      {"hr", "h"},      {"day", "d"},
      {"days", "d"},  {"d", "d"},     {"ms", "ms"},    {"msec", "ms"},   {"milliseconds", "ms"},
      {"k", "KiB"},   {"kb", "KB"},   {"kib", "KiB"},  {"mb", "MB"},     {"m", "MiB"},
      {"mib", "MiB"}, {"g", "GiB"},   {"gb", "GB"},    {"gib", "GiB"},   {"bytes", "B"},
      {"b", "B"},
  }};
  for (const auto& [habit, meant] : habits) {
    if (habit != unit) continue;
    for (const auto& known : measure.units) {
      if (known.name == meant) return number + std::string(meant);
    }
  }
  return {};
}

std::string measure_text(std::uint64_t value, std::span<const Unit> units) {
  for (const auto& unit : units) {
    if (value != 0 && value % unit.factor == 0) return std::to_string(value / unit.factor) + std::string(unit.name);
  }
  return "0" + std::string(units.back().name);
}

std::string duration_text(std::uint64_t value) { return value == 0 ? "0s" : measure_text(value, duration_units); }

TypeInfo measure_info(const Measure& measure, std::string range) {
  TypeInfo info;
  info.name = measure.noun;
  info.range = std::move(range);
  info.schema = R"({"type":"string","pattern":")" + std::string(measure.pattern) + "\"}";
  info.kinds = {Value::Kind::string};
  return info;
}

/// `"10KiB" or "10MiB"`: a bare number with the units that people mean, as far as it is within the bounds.
std::string with_units(std::string_view number, const Measure& measure, std::uint64_t least, std::uint64_t most) {
  std::string forms;
  if (number.empty() || !std::ranges::all_of(number, is_digit)) return forms;
  bool in_octets = measure.natural_unit.empty() && (number.size() > 3 || number == "0");  // 1048576 is no count of KiB
  for (auto unit : measure.usual_units) {
    bool is_octets = unit == measure.units.back().name && measure.natural_unit.empty();
    if (is_octets != in_octets && (in_octets || !forms.empty())) continue;
    auto text = std::string(number) + std::string(unit);
    auto amount = parse_measure(text, measure);
    if (!amount || *amount < least || *amount > most) continue;
    forms += (forms.empty() ? "\"" : " or \"") + text + "\"";
    if (*amount == 0 || unit == measure.natural_unit) break;
  }
  return forms;
}

/// A bare number, and what cannot be read as a measure.
void report_measure(const Value& value, const Measure& measure, const TypeInfo& info, std::uint64_t least,
                    std::uint64_t most, Reading& reading) {
  auto noun = with_article(measure.noun);
  if (value.is(Value::Kind::integer) || value.is(Value::Kind::floating)) {
    auto& finding =
        reading.diagnostics.error("no-unit", value.span, reading.subject + " must be " + noun + " with its unit");
    finding.label = "a bare number has no unit";
    auto forms = value.is(Value::Kind::integer) ? with_units(std::to_string(value.integer), measure, least, most) : "";
    if (!forms.empty()) finding.label += ": write " + forms;
    finding.help = measure.forms;
  } else if (!value.is(Value::Kind::string)) {
    wrong_type(value, info, reading);
  } else {
    auto& finding = reading.diagnostics.error(measure.wrong_code, value.span,
                                              reading.subject + " is not " + noun + ": " + in_quotes(value.text));
    auto meant = repaired(value.text, measure);
    if (auto forms = with_units(value.text, measure, least, most); !forms.empty()) {
      finding.label = "did you mean " + forms + "?";
    } else if (!meant.empty()) {
      finding.label = "did you mean \"" + meant + "\"?";
    }
    finding.help = measure.forms;
  }
}

/// Reads a measure within bounds, all in milliseconds or octets.
std::optional<std::uint64_t> read_measure(const Value& value, const Measure& measure, const TypeInfo& info,
                                          std::uint64_t least, std::uint64_t most, Reading& reading) {
  std::optional<std::uint64_t> amount;
  if (value.is(Value::Kind::string)) amount = parse_measure(value.text, measure);
  if (!amount) {
    report_measure(value, measure, info, least, most, reading);
  } else if (*amount < least || *amount > most) {
    auto& finding = reading.diagnostics.error("out-of-range", value.span,
                                              reading.subject + " is out of range: it must be within " + info.range);
    finding.label = *amount < least ? "too short" : "too long";
    if (measure.noun == "size") finding.label = *amount < least ? "too small" : "too large";
    amount.reset();
  }
  return amount;
}

}  // namespace

Type<std::chrono::milliseconds> duration(std::chrono::milliseconds least, std::chrono::milliseconds most) {
  auto from = static_cast<std::uint64_t>(least.count()), to = static_cast<std::uint64_t>(most.count());
  auto info = measure_info(duration_measure, duration_text(from) + " … " + duration_text(to));
  return {info, [=](const Value& value, Reading& reading) -> std::optional<std::chrono::milliseconds> {
            auto amount = read_measure(value, duration_measure, info, from, to, reading);
            if (!amount) return std::nullopt;
            return std::chrono::milliseconds(static_cast<std::int64_t>(*amount));
          }};
}

Type<Bytes> size(Bytes least, Bytes most) {
  auto info =
      measure_info(size_measure, measure_text(least.count, size_units) + " … " + measure_text(most.count, size_units));
  return {info, [=](const Value& value, Reading& reading) -> std::optional<Bytes> {
            auto amount = read_measure(value, size_measure, info, least.count, most.count, reading);
            if (!amount) return std::nullopt;
            return Bytes{*amount};
          }};
}

}  // namespace sluice::config
