#include "config/toml.hpp"

#include <algorithm>

#define TOML_EXCEPTIONS 0
// toml++ asserts that a value begins where it looks for one, which a text like `a = { , }` disproves; it then finds
// the mistake all the same. With NDEBUG it would let Clang take the assertion for granted.
#define TOML_ASSERT(expression) static_assert(true)
#pragma push_macro("NDEBUG")
#undef NDEBUG
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wconversion"
#include <toml++/toml.h>
#pragma GCC diagnostic pop
#pragma pop_macro("NDEBUG")

#include "config/source.hpp"
#include "config/syntax.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t deepest_value = 128;  // levels that everything recursive after this is given

/// Copies the parser's tree into Values.
class Conversion {
 public:
  Conversion(std::uint16_t file, std::string_view text) : file_(file) {
    for (std::size_t at = 0; at <= text.size();) {
      auto end = std::min(text.find('\n', at), text.size());
      lines_.push_back(text.substr(at, end - at));
      at = end + 1;
    }
  }

  bool too_deep() const { return too_deep_at_.known(); }
  Span too_deep_at() const { return too_deep_at_; }

  Value convert(const toml::node& node, std::size_t depth = 0) {
    Value value;
    value.span = span_of_region(node.source());
    if (depth > deepest_value) {
      if (!too_deep()) too_deep_at_ = value.span;
      return value;
    }
    switch (node.type()) {
      case toml::node_type::table: fill(value, *node.as_table(), depth); break;
      case toml::node_type::array: fill(value, *node.as_array(), depth); break;
      case toml::node_type::string:
        value.kind = Value::Kind::string;
        value.text = **node.as_string();
        break;
      case toml::node_type::integer:
        value.kind = Value::Kind::integer;
        value.integer = **node.as_integer();
        break;
      case toml::node_type::floating_point:
        value.kind = Value::Kind::floating;
        value.floating = **node.as_floating_point();
        value.text = written(value.span);
        break;
      case toml::node_type::boolean:
        value.kind = Value::Kind::boolean;
        value.boolean = **node.as_boolean();
        break;
      case toml::node_type::date:
      case toml::node_type::time:
      case toml::node_type::date_time:
        value.kind = Value::Kind::datetime;
        value.text = written(value.span);
        break;
      case toml::node_type::none: break;
    }
    return value;
  }

 private:
  void fill(Value& value, const toml::table& table, std::size_t depth) {
    value.kind = Value::Kind::table;
    value.inline_table = table.is_inline();
    value.members.reserve(table.size());
    for (const auto& [key, node] : table) {
      value.members.push_back({std::string(key.str()), span_of_region(key.source()), convert(node, depth + 1)});
    }
    // The parser keeps its tables sorted by key; what the user wrote is the order of places.
    std::ranges::sort(value.members, {}, [](const Member& m) { return std::pair(m.key_span.line, m.key_span.column); });
  }

  void fill(Value& value, const toml::array& array, std::size_t depth) {
    value.kind = Value::Kind::array;
    value.items.reserve(array.size());
    for (const auto& item : array) value.items.push_back(convert(item, depth + 1));
  }

  Span span_of_region(const toml::source_region& region) const {
    return {file_, region.begin.line, region.begin.column, region.end.line, region.end.column};
  }

  /// The text of a number or date, which are ASCII and stand in one line.
  std::string written(Span span) const {
    if (span.line == 0 || span.line > lines_.size()) return {};
    auto line = lines_[span.line - 1];
    std::size_t at = 0;
    for (std::uint32_t column = 1; at < line.size() && column < span.column; ++column) {
      do ++at;
      while (at < line.size() && (line[at] & 0xC0) == 0x80);
    }
    auto length = std::max(span.end_column, span.column) - span.column;
    return std::string(line.substr(at, length));
  }

  std::uint16_t file_;
  std::vector<std::string_view> lines_;
  Span too_deep_at_;
};

void forget_places(Value& value) {
  value.span = {};
  for (auto& item : value.items) forget_places(item);
  for (auto& member : value.members) {
    member.key_span = {};
    forget_places(member.value);
  }
}

}  // namespace

std::optional<Value> parse_file(std::uint16_t file, Diagnostics& diagnostics) {
  const auto& source = diagnostics.sources[file];
  auto parsed = toml::parse(std::string_view(source.text), std::string_view(source.path));
  if (!parsed) {
    const auto& error = parsed.error();
    auto place = error.source().begin;
    report_syntax_error({std::string(error.description()), place.line, place.column}, file, diagnostics);
    return std::nullopt;
  }
  Conversion conversion(file, source.text);
  auto root = conversion.convert(parsed.table());
  if (!conversion.too_deep()) return root;
  diagnostics.error("too-deep", conversion.too_deep_at(), "this is nested too deeply");
  return std::nullopt;
}

std::optional<Value> parse_text(std::string_view toml) {
  auto parsed = toml::parse(toml, std::string_view());
  if (!parsed) return std::nullopt;
  return Conversion(0, toml).convert(parsed.table());
}

std::optional<Value> parse_value(std::string_view toml) {
  auto root = parse_text("value = " + std::string(toml));
  if (!root || root->members.size() != 1) return std::nullopt;
  auto value = std::move(root->members.front().value);
  forget_places(value);
  return value;
}

}  // namespace sluice::config
