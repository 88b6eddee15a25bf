#include "messaging/websocket_json.hpp"

#include <cstdint>

#include "base/text.hpp"
#include "templates/json_string.hpp"

namespace sluice::messaging {
namespace {

/// Walks over a JSON text from left to right. Each `take` function moves past what it names and returns false
/// where the text is something else.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, at_ - begin); }
  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool take(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }
  bool take_value(unsigned depth);
  bool take_string();

 private:
  bool take_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  bool take_digits();
  bool take_number();
  bool take_escape();
  bool take_array(unsigned depth);
  bool take_object(unsigned depth);

  std::string_view text_;
  std::size_t at_ = 0;
};

bool Scanner::take_value(unsigned depth) {
  if (at_end()) return false;
  switch (text_[at_]) {
    case '"': return take_string();
    case '{': return depth > 0 && take_object(depth - 1);
    case '[': return depth > 0 && take_array(depth - 1);
    case 't': return take_word("true");
    case 'f': return take_word("false");
    case 'n': return take_word("null");
    default: return take_number();
  }
}

bool Scanner::take_string() {
  if (!take('"')) return false;
  while (!at_end()) {
    auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') return take('"');
    if (c < 0x20) return false;
    if (c == '\\') {
      if (!take_escape()) return false;
    } else {
      ++at_;
    }
  }
  return false;
}

bool Scanner::take_escape() {
  ++at_;
  if (at_end()) return false;
  auto c = text_[at_++];
  if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  for (int i = 0; i < 4; ++i) {
    if (at_end() || hex_value(text_[at_++]) < 0) return false;
  }
  return true;
}

bool Scanner::take_digits() {
  auto begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ != begin;
}

bool Scanner::take_number() {
  take('-');
  if (!take('0') && !take_digits()) return false;
  if (take('.') && !take_digits()) return false;
  if (!take('e') && !take('E')) return true;
  if (!take('+')) take('-');
  return take_digits();
}

bool Scanner::take_array(unsigned depth) {
  take('[');
  skip_space();
  if (take(']')) return true;
  do {
    skip_space();
    if (!take_value(depth)) return false;
    skip_space();
  } while (take(','));
  return take(']');
}

bool Scanner::take_object(unsigned depth) {
  take('{');
  skip_space();
  if (take('}')) return true;
  do {
    skip_space();
    if (!take_string()) return false;
    skip_space();
    if (!take(':')) return false;
    skip_space();
    if (!take_value(depth)) return false;
    skip_space();
  } while (take(','));
  return take('}');
}

/// Whether `quoted`, a JSON string with its quotes, is `name`.
bool names(std::string_view quoted, std::string_view name) {
  auto inner = quoted.substr(1, quoted.size() - 2);
  if (inner.find('\\') == std::string_view::npos) return inner == name;
  return templates::decode_json_string(quoted) == name;
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  Scanner scan(object);
  scan.take('{');
  do {
    scan.skip_space();
    auto key_begin = scan.at();
    if (!scan.take_string()) break;  // an empty object
    bool wanted = names(scan.since(key_begin), name);
    scan.skip_space();
    scan.take(':');
    scan.skip_space();
    auto value_begin = scan.at();
    scan.take_value(deepest_json);
    if (wanted) found = scan.since(value_begin);
    scan.skip_space();
  } while (scan.take(','));
  return found;
}

std::optional<std::string_view> find_item(std::string_view array, std::uint64_t index) {
  Scanner scan(array);
  scan.take('[');
  scan.skip_space();
  if (scan.next_is(']')) return std::nullopt;
  for (std::uint64_t i = 0;; ++i) {
    scan.skip_space();
    auto begin = scan.at();
    scan.take_value(deepest_json);
    if (i == index) return scan.since(begin);
    scan.skip_space();
    if (!scan.take(',')) return std::nullopt;
  }
}

std::optional<std::string_view> find_step(std::string_view json, std::string_view step) {
  if (json.starts_with('{')) return find_member(json, step);
  if (!json.starts_with('[')) return std::nullopt;
  auto index = parse_unsigned(step);
  return index ? find_item(json, *index) : std::nullopt;
}

std::string_view without_space(std::string_view json) {
  Scanner scan(json);
  scan.skip_space();
  auto begin = scan.at();
  scan.take_value(deepest_json);
  return scan.since(begin);
}

}  // namespace

bool is_json(std::string_view text) {
  Scanner scan(text);
  scan.skip_space();
  if (!scan.take_value(deepest_json)) return false;
  scan.skip_space();
  return scan.at_end();
}

std::optional<std::string_view> find_part(std::string_view json, std::string_view path) {
  auto part = std::optional(without_space(json));
  for (auto step : split(path, '.')) {
    part = find_step(*part, step);
    if (!part) break;
  }
  return part;
}

}  // namespace sluice::messaging
