#include "templates/place.hpp"

#include <cstdint>
#include <string_view>

namespace sluice::templates {
namespace {

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Walks the source of one TOML string and its content side by side.
class Walk {
 public:
  Walk(std::string_view source, std::string_view content, config::Span start)
      : source_(source), content_(content), line_(start.line), column_(start.column) {}

  /// Finds the begin of the string in the source and steps over its delimiter.
  bool open() {
    if (!seek_start()) return false;
    char quote = peek();
    if (quote != '"' && quote != '\'') return false;
    basic_ = quote == '"';
    multi_line_ = source_.substr(at_, 3) == std::string(3, quote);
    for (int i = 0; i < (multi_line_ ? 3 : 1); ++i) step();
    if (multi_line_ && peek() == '\r') step();
    if (multi_line_ && peek() == '\n') step();
    return true;
  }

  /// Goes on until `offset` octets of the content are behind us; false when source and content part ways.
  bool advance_to(std::size_t offset) {
    while (done_ < offset) {
      if (at_ >= source_.size()) return false;
      if (basic_ && peek() == '\\') {
        if (!step_escape()) return false;
      } else {
        if (done_ >= content_.size() || peek() != content_[done_]) return false;
        ++done_;
        step();
      }
    }
    return !(basic_ && multi_line_ && peek() == '\\') || skip_line_end();
  }

  std::uint32_t line() const { return line_; }
  std::uint32_t column() const { return column_; }

 private:
  char peek() const { return at_ < source_.size() ? source_[at_] : '\0'; }

  void step() {
    char c = source_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if (at_ >= source_.size() || !continues_code_point(source_[at_])) {
      ++column_;
    }
  }

  bool seek_start() {
    for (std::uint32_t line = 1; line < line_; ++line) {
      auto end = source_.find('\n', at_);
      if (end == std::string_view::npos) return false;
      at_ = end + 1;
    }
    for (std::uint32_t column = 1; column < column_; ++column) {
      if (at_ >= source_.size()) return false;
      do ++at_;
      while (at_ < source_.size() && continues_code_point(source_[at_]));
    }
    return true;
  }

  /// A backslash at the end of a line of a multi-line basic string swallows white space.
  bool skip_line_end() {
    auto next = source_.find_first_not_of(" \t", at_ + 1);
    if (next == std::string_view::npos || (source_[next] != '\n' && source_[next] != '\r')) return true;
    auto end = source_.find_first_not_of(" \t\r\n", next);
    if (end == std::string_view::npos) return false;
    while (at_ < end) step();
    return true;
  }

  bool step_escape() {
    auto before = at_;
    if (multi_line_ && !skip_line_end()) return false;
    if (at_ != before) return true;
    step();
    char kind = peek();
    step();
    for (int digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0; digits > 0 && at_ < source_.size(); --digits) step();
    if (done_ >= content_.size()) return false;
    do ++done_;
    while (done_ < content_.size() && continues_code_point(content_[done_]));
    return true;
  }

  std::string_view source_;
  std::string_view content_;
  std::uint32_t line_;
  std::uint32_t column_;
  std::size_t at_ = 0;    // octets of the source behind us
  std::size_t done_ = 0;  // octets of the content behind us
  bool basic_ = true;
  bool multi_line_ = false;
};

}  // namespace

config::Span place_within(const config::Sources& sources, const config::Located<std::string>& text, std::size_t begin,
                          std::size_t end) {
  if (!text.span.known() || text.span.file >= sources.size()) return text.span;
  Walk walk(sources[text.span.file].text, text.value, text.span);
  if (!walk.open() || !walk.advance_to(begin)) return text.span;
  config::Span place{text.span.file, walk.line(), walk.column(), 0, 0};
  if (!walk.advance_to(end)) return text.span;
  place.end_line = walk.line();
  place.end_column = walk.column();
  return place;
}

}  // namespace sluice::templates
