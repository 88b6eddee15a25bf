#include "config/recovery.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "config/fields.hpp"
#include "config/scanner.hpp"
#include "config/unknown.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t most_faults = 20;                 // of one file; whoever has more wrote no TOML
constexpr std::size_t largest_mended_text = 256 << 10;  // each fault has the whole text parsed once more
constexpr auto none = std::string_view::npos;

/// The brackets that are open in a value.
class Brackets {
 public:
  void take(const Scanner::Token& token) {
    if (token.kind == '=') in_value_ = true;
    if (!in_value_) return;
    if (token.kind == '[' || token.kind == '{') open_ += token.kind;
    if ((token.kind == ']' || token.kind == '}') && !open_.empty()) open_.pop_back();
  }
  bool closed() const { return open_.empty(); }
  bool in_array() const { return open_.ends_with('['); }

 private:
  bool in_value_ = false;
  std::string open_;
};

std::string_view line_at(std::string_view text, std::size_t begin) {
  return text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin);
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  auto newline = at == 0 ? none : text.rfind('\n', at - 1);
  return newline == none ? 0 : newline + 1;
}

std::size_t begin_of_statement(std::string_view text, std::size_t at) {
  Scanner scanner(text);
  Brackets brackets;
  std::size_t begin = 0;
  bool between = true;
  while (auto token = scanner.next()) {
    if (token->begin > at) break;
    if (token->kind == '\n' && brackets.closed()) {
      between = true;
      continue;
    }
    if (between && token->kind != '\n') {
      begin = token->begin;
      brackets = {};
      between = false;
    }
    brackets.take(*token);
  }
  return line_begin(text, begin);
}

std::size_t end_of_statement(std::string_view text, std::size_t begin, std::size_t at) {
  Scanner scanner(text.substr(begin));
  Brackets brackets;
  while (auto token = scanner.next()) {
    brackets.take(*token);
    if (token->kind != '\n') continue;
    bool begins_next = !brackets.closed() && begins_anew(line_at(text, begin + token->end), brackets.in_array());
    if (begins_next || (brackets.closed() && begin + token->begin >= at)) return begin + token->begin;
  }
  return text.size();
}

/// A line of nginx or Caddy: nothing after it can be made sense of.
bool is_of_another_language(std::string_view line) {
  line = without_comment(line);
  return line.ends_with('{') || line.ends_with(';') || line == "}";
}

/// Calls `visit` with every table below `value`, itself included.
template <class Visit>
void each_table(Value& value, Visit visit) {
  if (value.is(Value::Kind::table)) visit(value);
  for (auto& item : value.items) each_table(item, visit);
  for (auto& member : value.members) each_table(member.value, visit);
}

}  // namespace

std::uint32_t Recovery::line_of(std::size_t at) const {
  auto before = std::string_view(text_).substr(0, at);
  return static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
}

Recovery::Statement Recovery::statement_at(std::size_t at) const {
  auto begin = begin_of_statement(text_, at);
  return {begin, end_of_statement(text_, begin, at)};
}

bool Recovery::mend(const SyntaxError& error) {
  if (is_cut_) return false;
  auto at = offset_of(text_, error.line, error.column);
  auto statement = statement_at(at);
  auto line = trim(line_at(text_, statement.begin));
  bool repeats = is_redefinition(error);
  if (++faults_ == most_faults || text_.size() > largest_mended_text) {
    cut(statement.begin);
  } else if (line.starts_with("[")) {
    mend_header(statement, repeats);
  } else {
    mend_pair(statement, at, repeats);
  }
  return true;
}

/// Writes a header anew from its name. One that is refused as a whole becomes a table of the user's own, which nobody
/// reads.
void Recovery::mend_header(Statement statement, bool repeats) {
  auto line = std::string(trim(line_at(text_, statement.begin)));
  bool several = line.starts_with("[[");
  auto name = std::string(trim(line.substr(several ? 2 : 1)));
  auto end = std::ranges::find_if_not(name, is_name_character);
  bool plain = end == name.end() || *end == ']' || *end == '#' || trim(std::string(end, name.end())).starts_with("#");
  name.erase(end, name.end());
  if (repeats && correct_brackets(name)) return;

  auto number = line_of(statement.begin);
  auto header = several ? "[[" + name + "]]" : "[" + name + "]";
  bool sound = !repeats && plain && !name.empty() && header != line;
  auto alias = "x-unreadable-" + std::to_string(number);
  if (repeats && !several) repeated_.push_back({alias, name});
  replace(statement, sound ? header : "[" + alias + "]");
  incomplete_.push_back(number);
}

/// Gives the keys below a repeated header to the table that had it first.
void Recovery::join_repeated(Value& root) const {
  for (const auto& [alias, name] : repeated_) {
    auto second = std::ranges::find(root.members, alias, &Member::key);
    auto* first = &root;
    for (auto key : split(name, '.')) {
      if (first->is(Value::Kind::array) && !first->items.empty()) first = &first->items.back();
      auto found = std::ranges::find(first->members, key, &Member::key);
      if (found == first->members.end()) return;
      first = &found->value;
    }
    if (second == root.members.end() || !first->is(Value::Kind::table)) continue;
    auto members = std::move(second->value.members);
    for (auto& member : members) {
      if (!first->find(member.key)) first->members.push_back(std::move(member));
    }
  }
}

/// A `[route]` that should be `[[route]]` has been told; the others of its kind are made so, too.
bool Recovery::correct_brackets(std::string_view name) {
  const auto* section = Sections::all().find(name);
  if (!section || !section->repeated) return false;
  auto wrong = "[" + std::string(name) + "]";
  bool corrected = false;
  for (std::size_t begin = 0; begin < text_.size(); begin += line_at(text_, begin).size() + 1) {
    if (without_comment(line_at(text_, begin)) != wrong) continue;
    replace({begin, begin + line_at(text_, begin).size()}, header_of(*section));
    corrected = true;
  }
  return corrected;
}

void Recovery::mend_pair(Statement statement, std::size_t at, bool repeats) {
  Scanner scanner(std::string_view(text_).substr(statement.begin, statement.end - statement.begin));
  auto equals = none;
  bool has_more_keys = false;  // two on one line, say
  Brackets brackets;
  while (auto token = scanner.next()) {
    brackets.take(*token);
    if (token->kind != '=') continue;
    if (equals != none && brackets.closed()) has_more_keys = true;
    if (equals == none) equals = statement.begin + token->begin;
  }
  auto first_line = line_at(text_, statement.begin);
  if (equals == none && is_of_another_language(first_line)) {
    cut(statement.begin);
  } else if (equals == none || at < equals || repeats) {
    remove(statement);
  } else {
    unusable_.push_back(line_of(statement.begin));
    bool swallows =
        statement.end == text_.size() && line_at(text_, statement.begin).size() < text_.size() - statement.begin - 1;
    if (swallows || has_more_keys) incomplete_.push_back(line_of(statement.begin));
    replace(statement, text_.substr(statement.begin, equals - statement.begin) + "= ''");
  }
}

void Recovery::remove(Statement statement) {
  incomplete_.push_back(line_of(statement.begin));
  replace(statement, "");
}

void Recovery::cut(std::size_t begin) {
  incomplete_.push_back(line_of(begin));
  text_.resize(begin);
  is_cut_ = true;
}

/// Puts a line in place of a statement. One that would stay as it was ends the text, lest the parser stumble again.
void Recovery::replace(Statement statement, std::string first_line) {
  auto old = text_.substr(statement.begin, statement.end - statement.begin);
  if (old == first_line) return cut(statement.begin);
  first_line.append(static_cast<std::size_t>(std::ranges::count(old, '\n')), '\n');
  text_.replace(statement.begin, old.size(), first_line);
}

void Recovery::mark(Value& root) const {
  each_table(root, [this](Value& table) {
    for (auto& member : table.members) {
      bool has_none = std::ranges::find(unusable_, member.key_span.line) != unusable_.end();
      if (has_none && member.value.is(Value::Kind::string)) member.value.unusable = true;
    }
  });
  for (auto line : incomplete_) {
    auto* last = &root;
    each_table(root, [&](Value& table) {
      bool has_header = table.span.known() && !table.inline_table && table.span.line <= line &&
                        trim(line_at(text_, offset_of(text_, table.span.line, 1))).starts_with("[");
      if (has_header && (last == &root || table.span.line > last->span.line)) last = &table;
    });
    last->incomplete = true;
  }
  join_repeated(root);
}

}  // namespace sluice::config
