#include "config/toml/duplicates.hpp"

#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/fields/fields.hpp"
#include "config/findings/unknown.hpp"
#include "config/findings/words.hpp"
#include "config/toml/parser.hpp"
#include "config/toml/scanner.hpp"
#include "config/toml/source.hpp"

namespace sluice::config {
namespace {

using Path = std::vector<std::string>;

/// The keys from the root down to the innermost table or value of a text that holds one header or one key.
Path only_path(std::string_view toml) {
  Path path;
  auto root = parse_text(toml);
  const Value* value = root ? &*root : nullptr;
  while (value && value->is(Value::Kind::table) && value->members.size() == 1) {
    path.push_back(value->members.front().key);
    value = &value->members.front().value;
    if (value->is(Value::Kind::array) && !value->items.empty()) value = &value->items.front();
  }
  return path;
}

bool is_header(std::string_view line) { return trim(line).starts_with("["); }

/// The table to which the line at `line_begin` belongs: that of the last header before it.
Path table_before(std::string_view text, std::size_t line_begin) {
  while (line_begin > 0) {
    auto end = line_begin - 1;
    auto newline = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    line_begin = newline == std::string_view::npos ? 0 : newline + 1;
    auto line = text.substr(line_begin, end - line_begin);
    if (!is_header(line)) continue;
    if (auto path = only_path(line); !path.empty()) return path;
  }
  return {};
}

/// The key of a line, without its value.
std::string_view key_text(std::string_view line) {
  Scanner scanner(line);
  while (auto token = scanner.next()) {
    if (token->kind == '=') return line.substr(0, token->begin);
  }
  return {};
}

/// The place where the last part of `path`, or the part before it that is no table, was first given.
Span first_place(const Value& root, const Path& path) {
  const auto* table = &root;
  Span place;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (table->is(Value::Kind::array) && !table->items.empty()) table = &table->items.back();
    const auto* member = table->find_member(path[i]);
    if (!member) break;
    bool by_header = member->value.is(Value::Kind::table) && !member->value.inline_table;
    bool several = member->value.is(Value::Kind::array) && !member->value.items.empty() &&
                   member->value.items.front().is(Value::Kind::table);
    place = by_header && i + 1 == path.size() ? member->value.span : member->key_span;
    if (several && i + 1 == path.size()) place = member->value.items.front().span;
    table = &member->value;
  }
  return place;
}

/// A line that the parser refuses, and where it would have had its place.
class Redefinition {
 public:
  Redefinition(std::uint16_t file, std::string_view text, std::size_t line_begin, std::size_t at,
               Diagnostics& diagnostics)
      : file_(file), line_begin_(line_begin), at_(at), diagnostics_(diagnostics), text_(text) {
    line_ = text_.substr(line_begin, text_.find('\n', line_begin) - line_begin);
    header_ = is_header(line_);
    if (header_) {
      path_ = only_path(line_);
    } else {
      path_ = table_before(text_, line_begin);
      auto key = only_path(std::string(key_text(line_)) + " = 0");
      path_.insert(path_.end(), key.begin(), key.end());
    }
  }

  void report(std::string_view what) {
    const auto* section = header_ && path_.size() == 1 ? Sections::all().find(path_[0]) : nullptr;
    bool one_kind = what.find("existing array") == std::string_view::npos && !two_brackets();
    if (section && (section->repeated || !one_kind)) {
      report_brackets(*section);
    } else if (!header_ && !is_named_by(what)) {
      // Keys of inline tables and of arrays over several lines are seen by the parser alone.
      diagnostics_.error("duplicate-key", span_of(file_, text_, at_, at_ + 1),
                         in_ticks(quoted_name(what)) + " is given twice");
    } else {
      report_twice(what);
    }
  }

 private:
  bool two_brackets() const { return trim(line_).starts_with("[["); }

  /// One of two headers of a section has the wrong brackets: this one, or the first.
  void report_brackets(const Section& section) {
    bool first_is_wrong = section.repeated == two_brackets();
    auto first = first_place_before();
    auto right = header_of(section);
    auto wrong = section.repeated ? "[" + section.name + "]" : "[[" + section.name + "]]";
    auto& finding = diagnostics_.error("wrong-brackets", first_is_wrong && first.known() ? first : place(),
                                       wrong + " must be written " + right);
    finding.label = reason_for_brackets(section);
    if (!first_is_wrong && first.known()) finding.notes.push_back({first, "it begins here"});
  }

  /// What the parser calls the key: 'a' or 'a.b'.
  static std::string quoted_name(std::string_view what) {
    auto open = what.find('\''), close = what.rfind('\'');
    return open == close ? "" : std::string(what.substr(open + 1, close - open - 1));
  }

  /// Whether the parser speaks of the key of this line.
  bool is_named_by(std::string_view what) const {
    std::string dotted;
    for (const auto& key : path_) dotted += "." + key;
    auto name = quoted_name(what);
    return !path_.empty() && (name.empty() || dotted.ends_with("." + name));
  }

  void report_twice(std::string_view what) {
    auto message = header_ ? wrong_header() + " is declared twice" : in_ticks(path_.back()) + " is given twice";
    std::string label = header_ ? "its keys stand in one place" : "a key has one value";
    if (what.find("cannot insert") != std::string_view::npos || what.find("as dotted") != std::string_view::npos) {
      auto table = path_.size() > 1 ? path_[path_.size() - 2] : path_.back();
      message = in_ticks(table) + " has its value already";
      label = "no key can be added to it";
    }
    auto& finding = diagnostics_.error("duplicate-key", place(), message);
    finding.label = label;
    if (auto first = first_place_before(); first.known()) finding.notes.push_back({first, "it is here already"});
  }

  /// The header, or the key, of the line.
  Span place() const {
    auto part = trim(header_ ? line_.substr(0, line_.rfind(']') + 1) : key_text(line_));
    auto begin = line_begin_ + static_cast<std::size_t>(part.data() - line_.data());
    return span_of(file_, text_, begin, begin + part.size());
  }

  std::string wrong_header() const { return std::string(trim(line_.substr(0, line_.rfind(']') + 1))); }

  Span first_place_before() const {
    auto before = parse_text(text_.substr(0, line_begin_));
    if (!before) return {};
    auto first = first_place(*before, path_);
    first.file = file_;
    return first;
  }

  std::uint16_t file_;
  std::size_t line_begin_, at_;
  Diagnostics& diagnostics_;
  std::string_view text_, line_;
  bool header_ = false;
  Path path_;
};

}  // namespace

void report_redefinition(std::string_view what, std::uint16_t file, std::string_view text, std::size_t line_begin,
                         std::size_t at, Diagnostics& diagnostics) {
  Redefinition(file, text, line_begin, at, diagnostics).report(what);
}

}  // namespace sluice::config
