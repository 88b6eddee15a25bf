#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice::config {

/// Walks over TOML text, right or wrong, just far enough to tell strings and comments from the rest. For what
/// has to be known of a file that the parser refuses.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  struct Token {
    char kind;  // '"' or '\'': a whole string; else the character itself, '\n' included, other space left out
    std::size_t begin, end;  // offsets of octets
    bool closed = true;      // false: a string that the end of its line or of the file cuts off
  };
  /// The next token; nothing at the end.
  std::optional<Token> next();

 private:
  Token take_string(char quote);

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Whether a line cannot belong to a bracket that is open: it is a header or, where an array is open, a `key = value`.
bool begins_anew(std::string_view line, bool in_array);

}  // namespace sluice::config
