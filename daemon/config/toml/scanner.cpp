#include "config/toml/scanner.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace sluice::config {
namespace {

/// A character of a key without quotes, or the dot between its parts.
bool is_name_character(char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; }

}  // namespace

std::optional<Scanner::Token> Scanner::next() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c == '"' || c == '\'') return take_string(c);
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      ++at_;
      if (c != ' ' && c != '\t' && c != '\r') return Token{c, at_ - 1, at_};
    }
  }
  return std::nullopt;
}

bool begins_anew(std::string_view line, bool in_array) {
  line = trim(line.substr(0, line.find('#')));
  if (line.starts_with("[") && line.ends_with("]")) {
    auto name = line.substr(std::min(line.find_first_not_of('['), line.size()));
    name = name.substr(0, name.find(']'));
    return !name.empty() && is_alpha(name.front()) && std::ranges::all_of(name, is_name_character);
  }
  auto key = line.substr(0, line.find('='));
  bool has_value = key.size() != line.size();
  key = trim(key);
  return in_array && has_value && !key.empty() && std::ranges::all_of(key, is_name_character);
}

Scanner::Token Scanner::take_string(char quote) {
  auto begin = at_;
  std::string delimiter(text_.substr(at_).starts_with(std::string(3, quote)) ? 3 : 1, quote);
  bool one_line = delimiter.size() == 1;
  at_ += delimiter.size();
  while (at_ < text_.size()) {
    if (text_.substr(at_).starts_with(delimiter)) {
      at_ += delimiter.size();
      // Up to two quotes may stand before the closing three.
      while (!one_line && at_ < text_.size() && text_[at_] == quote) ++at_;
      return {quote, begin, at_};
    }
    if (one_line && text_[at_] == '\n') return {quote, begin, at_, false};
    at_ += text_[at_] == '\\' && quote == '"' ? 2 : 1;
  }
  at_ = text_.size();
  return {quote, begin, at_, false};
}

}  // namespace sluice::config
