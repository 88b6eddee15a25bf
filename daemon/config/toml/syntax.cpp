#include "config/toml/syntax.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "config/fields/catalogue.hpp"
#include "config/findings/words.hpp"
#include "config/toml/duplicates.hpp"
#include "config/toml/scanner.hpp"
#include "config/toml/source.hpp"

namespace sluice::config {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

constexpr std::string_view other_language =
    "it looks like the language of nginx or Caddy; `sluice init` writes a file of Sluice to start from";

/// One fault, and what stands around it.
class Fault {
 public:
  Fault(const SyntaxError& error, std::uint16_t file, std::string_view text, Diagnostics& diagnostics)
      : error_(error), file_(file), diagnostics_(diagnostics), text_(text) {
    line_begin_ = offset_of(text_, error.line, 1);
    line_end_ = std::min(text_.find('\n', line_begin_), text_.size());
    at_ = offset_of(text_, error.line, error.column);
  }

  void report() {
    const auto& what = error_.description;
    if (says("cannot redefine") || says("cannot insert")) {
      report_redefinition(what, file_, text_, line_begin_, at_, diagnostics_);
    } else if (!(odd_space() || array_cut_off() || unclosed_string() || value_needs_quotes() || after_value() ||
                 unclosed_bracket() || key_without_value() || inline_table() || odd_line() || bad_escape())) {
      as_the_parser_says();
    }
  }

 private:
  Diagnostic& add(std::size_t begin, std::size_t end, std::string message) {
    return diagnostics_.error("syntax", span_of(file_, text_, begin, end), std::move(message));
  }

  bool says(std::string_view part) const { return contains(error_.description, part); }
  bool ends_early() const { return says("encountered end-of-file") || says("saw '\n'") || says("saw '\\n'"); }

  /// A space or a line's end that looks like one and is none: copied from a web page or a word processor.
  bool odd_space() {
    static constexpr std::pair<std::string_view, std::string_view> odd[] = {
        {"\xC2\xA0", "a no-break space (U+00A0)"},         {"\xE2\x80\x8B", "a zero-width space (U+200B)"},
        {"\xE2\x80\xAF", "a narrow space (U+202F)"},       {"\xE2\x80\x89", "a thin space (U+2009)"},
        {"\xE3\x80\x80", "an ideographic space (U+3000)"}, {"\xEF\xBB\xBF", "a byte order mark (U+FEFF)"},
    };
    for (const auto& [bytes, name] : odd) {
      if (!text_.substr(std::min(at_, text_.size())).starts_with(bytes)) continue;
      auto& finding = add(at_, at_ + bytes.size(), std::string(name) + " means nothing here");
      finding.label = "write a plain space, or remove it";
      return true;
    }
    return bare_return(at_) || (at_ > 0 && bare_return(at_ - 1));
  }

  bool bare_return(std::size_t at) {
    if (at >= text_.size() || text_[at] != '\r' || text_.substr(at).starts_with("\r\n")) return false;
    add(at, at + 1, "a line ends with LF or CR LF, not with CR alone").label = "begin a new line here";
    return true;
  }

  /// A string that its line or the file cuts off, up to and at the fault.
  bool unclosed_string() {
    if (!says("parsing string") && !says("literal string") && !says("multi-line")) return false;
    Scanner scanner(text_);
    while (auto token = scanner.next()) {
      if (token->end < at_) continue;
      bool is_string = token->kind == '"' || token->kind == '\'';
      if (!is_string || token->closed) return false;
      bool is_long = text_.substr(token->begin).starts_with(std::string(3, token->kind));
      auto quote = std::string(is_long ? 3 : 1, token->kind);
      auto line_end = std::min(text_.find('\n', token->begin), text_.size());
      add(token->begin, line_end, "this string is not closed").label = "the closing " + quote + " is missing";
      return true;
    }
    return false;
  }

  /// The bounds of the value in which the fault lies: from behind `=`, `[`, `{` or `,` to the next delimiter.
  std::pair<std::size_t, std::size_t> value_bounds() const {
    auto begin = std::min(at_, line_end_);
    while (begin > line_begin_ && std::string_view("=[{,").find(text_[begin - 1]) == std::string_view::npos) --begin;
    auto end = std::min(text_.find_first_of(",]}#\n", std::max(begin, at_)), line_end_);
    while (begin < end && (text_[begin] == ' ' || text_[begin] == '\t')) ++begin;
    while (end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    return {begin, end};
  }

  bool is_about_a_bare_value() const {
    constexpr std::array<std::string_view, 6> contexts = {"parsing boolean", "parsing floating-point",
                                                          "integer: ",       "parsing date",
                                                          "parsing time",    "could not determine value type"};
    return std::ranges::any_of(contexts, [this](auto context) { return says(context); });
  }

  bool value_needs_quotes() {
    if (!is_about_a_bare_value()) return false;
    auto [begin, end] = value_bounds();
    auto value = text_.substr(begin, end - begin);
    constexpr std::string_view of_numbers = "0123456789+-.eE_xob:TZ";  // a number or date gone wrong is no text
    if (value.empty() || brackets_mismatch()) return false;
    if (value.ends_with(';')) return report_semicolon(end);
    bool number = value.find_first_not_of(of_numbers) == std::string_view::npos;
    bool address = value.find('.') != value.rfind('.');  // 127.0.0.1
    bool port = value.starts_with(':');                  // :80
    return number && !address && !port ? report_bad_number(begin, end) : report_text_value(begin, end);
  }

  bool report_semicolon(std::size_t end) {
    add(end - 1, end, "a line does not end with `;`").label = "remove it";
    return true;
  }

  bool report_bad_number(std::size_t begin, std::size_t end) {
    auto value = text_.substr(begin, end - begin);
    auto& finding = add(begin, end, in_ticks(value) + " is no number or date that TOML knows");
    if (says("leading zero")) finding.label = "no zeros at its front";
    if (says("64 bits")) finding.label = "it does not fit in 64 bits";
    if (says("(inclusive)")) finding.label = error_.description.substr(error_.description.find("expected"));
    if (value.starts_with(".")) finding.label = "write 0" + std::string(value);
    if (value.ends_with(".")) finding.label = "write " + std::string(value) + "0";
    return true;
  }

  /// Whether the key of this line is one that takes texts, and no booleans.
  bool key_takes_only_text() const {
    auto line = text_.substr(line_begin_, line_end_ - line_begin_);
    auto key = trim(line.substr(0, line.find('=')));
    key = trim(key.substr(key.rfind('.') + 1));
    bool known = false;
    for (const auto& entry : catalogue()) {
      if (entry.field->name != key) continue;
      known = true;
      if (detail::accepts(entry.field->type.kinds, Value::Kind::boolean)) return false;
    }
    return known;
  }

  bool report_text_value(std::size_t begin, std::size_t end) {
    auto value = text_.substr(begin, end - begin);
    auto word = to_lower(value);
    auto& finding = add(begin, end, in_ticks(value) + " is no value");
    bool yes = word == "true" || word == "yes" || word == "on";
    bool no = word == "false" || word == "no" || word == "off";
    if ((yes || no) && key_takes_only_text()) {
      finding.message = "a text needs quotes";
      finding.label = "write " + in_quotes(value);
    } else if (yes || no) {
      finding.label = yes ? "write true" : "write false";
    } else if (word == "null" || word == "nil" || word == "none") {
      finding.label = "TOML has no null: leave the key out";
    } else if (value.starts_with("=") || value.starts_with(">")) {
      finding.label = "one `=` is enough";
    } else if (value.starts_with("“") || value.starts_with("‘") || value.starts_with("`")) {
      finding.label = "write straight quotes: \" or '";
    } else {
      auto meant = nearest(value, {"true", "false"});
      if (meant.empty()) finding.message = "a text needs quotes";
      finding.label = meant.empty() ? "write " + in_quotes(value) : "did you mean " + std::string(meant) + "?";
    }
    return true;
  }

  /// Something stands behind a value or header that is complete.
  bool after_value() {
    if (!says("expected a comment or whitespace") || at_ >= line_end_) return false;
    auto rest = text_.substr(at_, line_end_ - at_);
    auto length = rest.find_last_not_of(" \t") + 1;
    if (rest.starts_with("//")) {
      add(at_, at_ + length, "a comment begins with #").label = "write # in place of //";
    } else if (rest.starts_with(",") || rest.starts_with(";")) {
      add(at_, at_ + 1, "a line does not end with " + in_ticks(rest.substr(0, 1))).label = "remove it";
    } else if (says("table header")) {
      add(at_, at_ + length, "nothing but a comment may follow a table header").label = "write it on the next line";
    } else {
      report_after_value(length);
    }
    return true;
  }

  void report_after_value(std::size_t length) {
    auto [begin, end] = value_bounds();
    bool was_text = begin < at_ && (text_[begin] == '"' || text_[begin] == '\'');
    if (begin < at_ && !was_text && text_[begin] != '[' && !contains(text_.substr(begin, end - begin), "=")) {
      add(begin, end, "a text needs quotes").label = "write " + in_quotes(text_.substr(begin, end - begin));
      return;
    }
    auto& finding = add(at_, at_ + length, "nothing but a comment may follow a value");
    bool is_pair = contains(text_.substr(at_, length), "=");
    finding.label = is_pair ? "write it on the next line" : "the value ended before this";
    if (was_text && text_[at_] == '"') finding.label = "several values stand in [ … ] with commas between them";
    if (was_text && !is_pair)
      finding.help = "a quote inside a string: \"it's\", 'say \"hello\"', or \\\" in double quotes";
  }

  /// The innermost bracket that is open where the fault lies.
  std::optional<Scanner::Token> open_bracket() const {
    std::vector<Scanner::Token> open;
    Scanner scanner(text_.substr(0, at_));
    while (auto token = scanner.next()) {
      if (token->kind == '[' || token->kind == '{') open.push_back(*token);
      if ((token->kind == ']' || token->kind == '}') && !open.empty()) open.pop_back();
    }
    if (open.empty()) return std::nullopt;
    return open.back();
  }

  /// A line that belongs to no array, while one is still open.
  bool array_cut_off() {
    auto open = open_bracket();
    if (!open || open->kind != '[' || open->begin >= line_begin_) return false;
    if (!begins_anew(text_.substr(line_begin_, line_end_ - line_begin_), true)) return false;
    add(open->begin, open->end, "this array is not closed").label = "its ] is missing";
    return true;
  }

  /// A closing bracket where another one is open.
  bool brackets_mismatch() const {
    if (at_ >= line_end_ || (text_[at_] != ']' && text_[at_] != '}')) return false;
    auto open = open_bracket();
    return open && (open->kind == '[') != (text_[at_] == ']');
  }

  bool unclosed_bracket() {
    if (brackets_mismatch()) {
      auto open = open_bracket();
      auto& finding = add(at_, at_ + 1, in_ticks(text_.substr(at_, 1)) + " closes nothing here");
      finding.label = open->kind == '[' ? "] is missing before it" : "} is missing before it";
      finding.notes.push_back({span_of(file_, text_, open->begin, open->end), "this is still open"});
      return true;
    }
    if (says("table header") && (ends_early() || says("expected ']'"))) return unclosed_header();
    bool in_array = says("parsing array"), in_table = says("parsing inline table");
    if (!(in_array || in_table) || says("saw comma") || says("dangling")) return false;
    auto open = open_bracket();
    if (!open) return false;
    bool is_array = open->kind == '[';
    bool new_line = text_.substr(open->begin, at_ - open->begin).find('\n') != std::string_view::npos;
    bool new_table = new_line && at_ < line_end_ && text_[at_] == '[' && !says("expected value");
    bool new_key = new_line && is_array && contains(text_.substr(at_, line_end_ - at_), "=");
    if (is_array && (says("end-of-file") || new_key || new_table)) {
      add(open->begin, open->end, "this array is not closed").label = "its ] is missing";
    } else if (!is_array && says("end-of-file")) {
      add(open->begin, open->end, "this inline table is not closed").label = "its } is missing";
    } else if (says("expected comma")) {
      add(at_, at_ + 1, "a comma is missing before this").label =
          is_array ? "items stand with commas between them" : "keys stand with commas between them";
    } else {
      return false;
    }
    return true;
  }

  bool unclosed_header() {
    auto line = text_.substr(line_begin_, line_end_ - line_begin_);
    auto bracket = line.find('[');
    if (bracket == std::string_view::npos) return false;
    auto closing = line.substr(bracket).starts_with("[[") ? "]]" : "]";
    auto end = line.find_last_not_of(" \t") + 1;
    auto& finding = add(line_begin_ + bracket, line_begin_ + end, "this table header is not closed");
    finding.label = std::string("it ends with ") + closing;
    return true;
  }

  bool key_without_value() {
    if (!says("parsing key-value pair")) return false;
    if (says("expected '='") && at_ < line_end_ && (text_[at_] == ':' || text_[at_] == '{')) {
      auto length = text_.substr(at_).starts_with(":=") ? 2U : 1U;
      auto& finding = add(at_, at_ + length, "a key and its value have `=` between them");
      finding.label = text_[at_] == ':' ? "write = in place of " + std::string(text_.substr(at_, length))
                                        : "a table begins with a line [name]";
      if (text_[at_] == '{') finding.help = other_language;
      auto behind = trim(text_.substr(at_ + length, line_end_ - at_ - length));
      if (behind.empty() && text_[at_] == ':') {
        finding.label = "a table begins with a line [name]";
        finding.help = "it looks like YAML; `sluice init` writes a file of Sluice to start from";
      }
      return true;
    }
    auto line = text_.substr(line_begin_, line_end_ - line_begin_);
    if (says("expected value") || (ends_early() && contains(line, "="))) {
      add(at_, at_ + 1, "the value is missing").label = "it stands on the same line as its key";
      return true;
    }
    if (!says("expected '='") && !ends_early()) return false;
    auto& finding = add(at_, at_ + 1, "a key is followed by `=` and its value");
    finding.label = "`=` is missing here";
    if (trim(line).ends_with(';') || trim(line).ends_with('{')) finding.help = other_language;
    return true;
  }

  bool inline_table() {
    if (!says("parsing inline table")) return false;
    if (ends_early()) {
      auto& finding = add(at_, at_ + 1, "an inline table { … } must stand on one line");
      finding.label = "the line ends before its }";
      finding.help = "write [table.name] above the keys to give each a line";
    } else if (says("dangling")) {
      add(at_, at_ + 1, "an inline table has no comma before its }").label = "remove the comma";
    } else {
      return false;
    }
    return true;
  }

  /// A line that begins like nothing in TOML.
  bool odd_line() {
    if (says("saw '\\'") || !says("parsing root table") || at_ >= line_end_) return false;
    auto& finding = add(at_, at_ + 1, "a line cannot begin with " + in_ticks(text_.substr(at_, 1)));
    char c = text_[at_];
    if (c == ';' || c == '/') {
      finding.label = "a comment begins with #";
    } else if (c == '=') {
      finding.label = "the key is missing";
    } else if (c == '{') {
      finding.help = "it looks like JSON; `sluice init` writes a file of Sluice to start from";
    } else {
      finding.help = "lines are `key = value`, `[table]`, `[[table]]` and `# comment`";
    }
    return true;
  }

  bool bad_escape() {
    if (!says("escape sequence") && !says("unicode scalar")) return false;
    auto backslash = text_.rfind('\\', at_);
    if (backslash == std::string_view::npos || backslash < line_begin_) return false;
    auto escape = text_.substr(backslash, 2);
    bool unicode = says("unicode scalar") || escape == "\\U" || escape == "\\u";
    auto& finding = add(backslash, std::min(backslash + 2, line_end_),
                        in_ticks(escape) + (unicode ? " begins the number of a character in a \"…\" string"
                                                    : " means nothing in a \"…\" string"));
    finding.label = "write \\\\ for a backslash" + as_literal_string(backslash);
    finding.help = "in '…' every character stands for itself: 'C:\\path', '\\d+'";
    return true;
  }

  /// Advice to write the string around `at` in single quotes, where it can be.
  std::string as_literal_string(std::size_t at) const {
    Scanner scanner(text_.substr(0, line_end_));
    while (auto token = scanner.next()) {
      if (token->end <= at) continue;
      auto content = text_.substr(token->begin, token->end - token->begin);
      bool plain = token->kind == '"' && token->closed && content.size() > 2 && !content.starts_with("\"\"\"");
      if (!plain || content.find('\'') != std::string_view::npos) return {};
      content = content.substr(1, content.size() - 2);
      return content.size() > 60 ? "" : ", or '" + std::string(content) + "' in single quotes";
    }
    return {};
  }

  void as_the_parser_says() {
    std::string_view what = error_.description;
    constexpr std::string_view opening = "Error while parsing ";
    if (what.starts_with(opening)) what.remove_prefix(opening.size());
    auto begin = std::min(at_, text_.size());
    add(begin, begin + 1, "this is no TOML: " + std::string(what));
  }

  const SyntaxError& error_;
  std::uint16_t file_;
  Diagnostics& diagnostics_;
  std::string_view text_;
  std::size_t line_begin_ = 0, line_end_ = 0, at_ = 0;  // offsets of octets
};

}  // namespace

std::size_t offset_of(std::string_view text, std::uint32_t line, std::uint32_t column) {
  std::size_t at = 0;
  for (std::uint32_t passed = 1; passed < line && at < text.size(); ++passed)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  auto end = std::min(text.find('\n', at), text.size());
  for (std::uint32_t passed = 1; passed < column && at < end; ++passed) {
    do ++at;
    while (at < end && (text[at] & 0xC0) == 0x80);
  }
  return at;
}

void report_syntax_error(const SyntaxError& error, std::uint16_t file, std::string_view text,
                         Diagnostics& diagnostics) {
  Fault(error, file, text, diagnostics).report();
}

}  // namespace sluice::config
