#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "config/fields/fields.hpp"
#include "config/findings/words.hpp"

namespace sluice::config {
namespace {

using Kind = Value::Kind;

std::string number_text(double number) {
  std::array<char, 32> text{};
  auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string number_text(std::int64_t number) { return std::to_string(number); }

/// "1 … 64", "at least 1", or nothing when the type alone sets the bounds.
template <class Number>
std::string range_of(Number least, Number most) {
  bool from = least != std::numeric_limits<Number>::lowest();
  bool to = most != std::numeric_limits<Number>::max();
  if (from && to) return number_text(least) + " … " + number_text(most);
  if (from) return "at least " + number_text(least);
  return to ? "at most " + number_text(most) : "";
}

template <class Number>
std::string number_schema(std::string_view type, Number least, Number most) {
  auto schema = R"({"type":")" + std::string(type) + "\"";
  if (least != std::numeric_limits<Number>::lowest()) schema += ",\"minimum\":" + number_text(least);
  if (most != std::numeric_limits<Number>::max()) schema += ",\"maximum\":" + number_text(most);
  return schema + "}";
}

void out_of_range(const Value& value, const std::string& range, Reading& reading) {
  bool bounds = range.find(" … ") != std::string::npos;
  auto& finding =
      reading.diagnostics.error("out-of-range", value.span,
                                reading.subject + " is out of range: it must be " + (bounds ? "within " : "") + range);
  finding.label = "not within the range";
}

}  // namespace

Type<std::string> string() {
  TypeInfo info{.name = "string", .range = {}, .schema = R"({"type":"string"})", .words = {}, .kinds = {Kind::string}};
  return {info, [info](const Value& value, Reading& reading) -> std::optional<std::string> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            return value.text;
          }};
}

Type<std::string> non_empty_string() {
  auto type = string();
  type.info.schema = R"({"type":"string","minLength":1})";
  type.read = [read = std::move(type.read)](const Value& value, Reading& reading) {
    auto text = read(value, reading);
    if (text && text->empty()) {
      reading.diagnostics.error("empty-value", value.span, reading.subject + " must not be empty");
      text.reset();
    }
    return text;
  };
  return type;
}

Type<bool> boolean() {
  TypeInfo info{
      .name = "boolean", .range = {}, .schema = R"({"type":"boolean"})", .words = {}, .kinds = {Kind::boolean}};
  return {info, [info](const Value& value, Reading& reading) -> std::optional<bool> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            return value.boolean;
          }};
}

Type<std::int64_t> integer(std::int64_t least, std::int64_t most) {
  TypeInfo info{.name = "integer",
                .range = range_of(least, most),
                .schema = number_schema("integer", least, most),
                .words = {},
                .kinds = {Kind::integer}};
  return {info, [=](const Value& value, Reading& reading) -> std::optional<std::int64_t> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            if (value.integer >= least && value.integer <= most) return value.integer;
            out_of_range(value, info.range, reading);
            return std::nullopt;
          }};
}

Type<double> number(double least, double most) {
  TypeInfo info{.name = "number",
                .range = range_of(least, most),
                .schema = number_schema("number", least, most),
                .words = {},
                .kinds = {Kind::integer, Kind::floating}};
  return {info, [=](const Value& value, Reading& reading) -> std::optional<double> {
            if (!check_kind(value, info, reading)) return std::nullopt;
            auto number = value.is(Kind::integer) ? static_cast<double>(value.integer) : value.floating;
            if (number >= least && number <= most) return number;  // never true of nan
            out_of_range(value, info.range, reading);
            return std::nullopt;
          }};
}

Type<std::string> path(PathUse use) {
  auto type = non_empty_string();
  type.info.name = "path";
  type.read = [read = std::move(type.read), use](const Value& value, Reading& reading) -> std::optional<std::string> {
    auto name = read(value, reading);
    if (!name) return std::nullopt;
    if (name->starts_with("~")) {
      auto& finding = reading.diagnostics.error("bad-path", value.span, "`~` is not expanded in " + reading.subject);
      finding.label = "write the full path";
      finding.help = "${env:HOME} stands for the home directory; ./~name is a file of that name";
      return std::nullopt;
    }
    if (name->find('\0') != std::string::npos) {
      reading.diagnostics.error("bad-path", value.span, reading.subject + " holds a NUL, which no file name can");
      return std::nullopt;
    }
    bool relative = !name->starts_with('/') && value.span.known();  // the defaults of this program have no place
    auto whole = relative ? reading.directory_of(value.span) + "/" + *name : *name;
    auto absolute = std::filesystem::path(whole).lexically_normal().string();
    if (absolute.size() > 1 && absolute.ends_with('/')) absolute.pop_back();
    if (value.span.known()) reading.diagnostics.paths.push_back({absolute, value.span, use == PathUse::write});
    return absolute;
  };
  return type;
}

Type<Value> any() {
  TypeInfo info{
      .name = "any value",
      .range = {},
      .schema = "{}",
      .words = {},
      .kinds = {Kind::string, Kind::integer, Kind::floating, Kind::boolean, Kind::datetime, Kind::array, Kind::table}};
  return {info, [](const Value& value, Reading&) -> std::optional<Value> { return value; }};
}

}  // namespace sluice::config
