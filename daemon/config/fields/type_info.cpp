#include <algorithm>
#include <charconv>

#include "base/escape.hpp"
#include "base/text.hpp"
#include "config/fields/fields.hpp"
#include "config/findings/words.hpp"
#include "config/manual/schema.hpp"

/// What is common to all types: their descriptions, and the findings about values of the wrong type.
namespace sluice::config {
namespace {

using Kind = Value::Kind;

bool only(const TypeInfo& type, Kind kind) { return type.kinds.size() == 1 && type.kinds.front() == kind; }

/// The whole of `text` as a number, if it is one.
template <class Number>
std::optional<Number> parsed_number(std::string_view text) {
  Number number{};
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The number or boolean that `text` spells, as far as a type of these kinds takes it.
std::optional<Value> literal_of(const std::string& text, const std::vector<Kind>& kinds) {
  Value literal;
  literal.text = text;
  bool any_text = detail::accepts(kinds, Kind::string);
  if (auto integer = parsed_number<std::int64_t>(text); integer && detail::accepts(kinds, Kind::integer)) {
    literal.kind = Kind::integer;
    literal.integer = *integer;
  } else if (auto number = parsed_number<double>(text); number && detail::accepts(kinds, Kind::floating)) {
    literal.kind = Kind::floating;
    literal.floating = *number;
  } else if ((text == "true" || text == "false") && detail::accepts(kinds, Kind::boolean) && !any_text) {
    literal.kind = Kind::boolean;
    literal.boolean = text == "true";
  } else {
    return std::nullopt;
  }
  return literal;
}

/// How the value could be made to fit.
std::string wrong_type_hint(const Value& value, const TypeInfo& type) {
  if (type.advice) {
    if (auto advice = type.advice(value); !advice.empty()) return advice;
  }
  if (value.expanded) return "this is what ${…} stands for here";
  bool takes_text = detail::accepts(type.kinds, Kind::string);
  if (takes_text && value.is(Kind::integer)) return "write \"" + std::to_string(value.integer) + "\"";
  if (takes_text && (value.is(Kind::floating) || value.is(Kind::datetime))) return "write \"" + value.text + "\"";
  if (takes_text && value.is(Kind::boolean) && type.words.empty()) {
    return std::string("write \"") + (value.boolean ? "true" : "false") + "\"";
  }
  if (value.is(Kind::string) && only(type, Kind::integer) && parse_unsigned(value.text)) {
    return "write " + value.text + ", without the quotes";
  }
  if (value.is(Kind::string) && only(type, Kind::boolean)) {
    auto word = to_lower(value.text);
    if (word == "true" || word == "yes" || word == "on") return "write true, without quotes";
    if (word == "false" || word == "no" || word == "off") return "write false, without quotes";
  }
  if (only(type, Kind::array) && value.is(Kind::string)) return "write [" + in_quotes(value.text) + "]";
  if (only(type, Kind::table) && !value.is(Kind::array)) return "write { key = value, … }";
  return {};
}

}  // namespace

Diagnostic& wrong_type(const Value& value, const TypeInfo& type, Reading& reading) {
  auto& finding =
      reading.diagnostics.error("wrong-type", value.span,
                                reading.subject + " must be " + with_articles(type.name) + ", not " +
                                    (value.expanded ? in_quotes(value.text) : std::string(value.kind_name())));
  finding.label = wrong_type_hint(value, type);
  if (!type.words.empty()) finding.help = "one of: " + type.range;
  return finding;
}

bool check_kind(const Value& value, const TypeInfo& type, Reading& reading) {
  if (detail::accepts(type.kinds, value.kind)) return true;
  wrong_type(value, type, reading);
  return false;
}

namespace detail {

bool accepts(const std::vector<Kind>& kinds, Kind kind) { return std::ranges::find(kinds, kind) != kinds.end(); }

Taken::Taken(const Value& value, const TypeInfo& type) : value_(value) {
  bool is_any = accepts(type.kinds, Kind::datetime);
  if (!value.is(Kind::string) || !value.expanded || is_any) return;
  literal_ = literal_of(value.text, type.kinds);
  if (!literal_) return;
  literal_->span = value.span;
  literal_->expanded = true;
}

void add_advice(const Value& value, const std::function<std::string(const Value&)>& advice, Reading& reading) {
  auto* finding = reading.diagnostics.last();
  if (!finding || finding->span != value.span) return;
  if (auto text = advice(value); !text.empty()) finding->label = std::move(text);
}

TypeInfo list_info(const TypeInfo& item) {
  TypeInfo info;
  info.name = "array of " + plural(item.name);
  info.range = item.range;
  info.schema = R"({"type":"array","items":)" + item.schema + "}";
  info.fields = item.fields;
  info.any_key = item.any_key;
  info.kinds = {Kind::array};
  return info;
}

TypeInfo any_number_info(const TypeInfo& item) {
  auto info = list_info(item);
  info.name = item.name + " or " + info.name;
  info.schema = R"({"anyOf":[)" + item.schema + "," + info.schema + "]}";
  info.words = item.words;
  info.advice = item.advice;
  info.kinds.insert(info.kinds.end(), item.kinds.begin(), item.kinds.end());
  return info;
}

TypeInfo one_or_more_info(const TypeInfo& item) {
  auto info = any_number_info(item);
  info.schema = R"({"anyOf":[)" + item.schema + R"(,{"type":"array","minItems":1,"items":)" + item.schema + "}]}";
  return info;
}

TypeInfo map_info(const TypeInfo& item) {
  TypeInfo info;
  info.name = "table";
  info.range = item.range;
  info.schema = R"({"type":"object","additionalProperties":)" + item.schema + "}";
  info.fields = item.fields;
  info.any_key = true;
  info.kinds = {Kind::table};
  return info;
}

TypeInfo table_info(const std::vector<Field>& fields) {
  TypeInfo info;
  info.name = "table";
  info.schema = table_schema({&fields});
  info.fields = &fields;
  info.is_table = true;
  info.kinds = {Kind::table};
  return info;
}

TypeInfo either_info(const std::vector<Kind>& kinds, const TypeInfo& first, const TypeInfo& second) {
  TypeInfo info;
  info.name = first.name == second.name ? first.name : first.name + " or " + second.name;
  info.range = first.range;
  if (!second.range.empty()) info.range += (info.range.empty() ? "" : ", or ") + second.range;
  info.schema = R"({"anyOf":[)" + first.schema + "," + second.schema + "]}";
  info.words = first.words.empty() ? second.words : first.words;
  info.fields = first.fields ? first.fields : second.fields;
  info.any_key = first.any_key || second.any_key;
  info.kinds = kinds;
  for (auto kind : second.kinds) {
    if (!accepts(info.kinds, kind)) info.kinds.push_back(kind);
  }
  return info;
}

TypeInfo words_info(std::vector<std::string> words) {
  TypeInfo info;
  info.name = "string";
  std::string list;
  for (const auto& word : words) {
    info.range += (info.range.empty() ? "" : ", ") + word;
    list += (list.empty() ? "" : ",") + json_string(word);
  }
  info.schema = R"({"type":"string","enum":[)" + list + "]}";
  info.words = std::move(words);
  info.kinds = {Kind::string};
  return info;
}

TypeInfo parsed_info(std::string name, std::string range) {
  TypeInfo info;
  info.name = std::move(name);
  info.range = std::move(range);
  info.schema = R"({"type":"string","minLength":1})";
  info.kinds = {Kind::string};
  return info;
}

void bad_word(const Value& value, const TypeInfo& type, Reading& reading) {
  auto& finding =
      reading.diagnostics.error("bad-word", value.span, reading.subject + " cannot be " + in_quotes(value.text));
  std::vector<std::string_view> words(type.words.begin(), type.words.end());
  auto meant = nearest(value.text, words);
  if (meant.empty()) meant = completed(value.text, words);
  if (!meant.empty()) finding.label = "did you mean " + in_quotes(meant) + "?";
  finding.help = "one of: " + listed(type.words, type.words.size());
}

void name_alternatives(const Value& value, const TypeInfo& type, Reading& reading) {
  auto* finding = reading.diagnostics.last();
  if (!finding || finding->code != "bad-word") return;
  finding->help = "one of: " + type.range;
  if (accepts(type.kinds, Kind::integer) && parse_unsigned(value.text)) {
    finding->label = "write " + value.text + ", without the quotes";
  }
}

void empty_array(const Value& value, Reading& reading) {
  reading.diagnostics.error("empty-value", value.span, reading.subject + " must not be empty");
}

void unparsable(const Value& value, const std::string& code, const std::string& why, Reading& reading) {
  reading.diagnostics.error(code, value.span, reading.subject + ": " + why);
}

namespace {

/// "[server]" and `limits` give "[server.limits]"; so does "[[server]]", whose sub-tables have one bracket.
std::string inner_header(std::string_view header, std::string_view key) {
  auto first = header.find_first_not_of('['), last = header.find_last_not_of(']');
  auto name = first == std::string_view::npos ? "" : std::string(header.substr(first, last - first + 1)) + ".";
  return "[" + name + log_escaped(key) + "]";
}

}  // namespace

Name item_name(std::size_t index, const Reading& reading) {
  auto header = reading.inner.starts_with("[[") ? reading.inner : "[" + reading.inner + "]";
  return {"item " + std::to_string(index + 1) + " of " + reading.subject, header};
}

Name member_name(const Member& member, const Reading& reading) {
  auto subject = in_ticks(member.key);
  if (!reading.subject.empty()) subject += " of " + reading.subject;
  return {subject, inner_header(reading.inner, member.key)};
}

}  // namespace detail
}  // namespace sluice::config
