#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/syntax.hpp"
#include "config/value.hpp"

namespace sluice::config {

/// A text that the parser refuses, mended fault by fault, so that what is right in it is checked in the same run. Lines
/// keep their numbers. Lives as long as a file is parsed.
class Recovery {
 public:
  explicit Recovery(std::string text) : text_(std::move(text)) {}

  const std::string& text() const { return text_; }
  /// Takes the statement out over which the parser stumbled: a value becomes an empty one, a header loses what is wrong
  /// with it, and of what is nothing at all nothing stays. What cannot be told apart ends the text. False when that has
  /// been tried already.
  bool mend(const SyntaxError& error);
  /// Marks in what was parsed the values that are unusable and the tables that are incomplete.
  void mark(Value& root) const;

 private:
  /// One `key = value`, header, or line of nonsense: offsets of octets, the last line end not included.
  struct Statement {
    std::size_t begin, end;
  };
  Statement statement_at(std::size_t at) const;
  void mend_header(Statement statement, bool repeats);
  void mend_pair(Statement statement, std::size_t at, bool repeats);
  void remove(Statement statement);
  void cut(std::size_t begin);
  void join_repeated(Value& root) const;
  bool correct_brackets(std::string_view name);
  void replace(Statement statement, std::string first_line);
  std::uint32_t line_of(std::size_t at) const;

  /// A header that stands twice: the name that it was given instead, which its table has now.
  struct Repeated {
    std::string alias, name;
  };

  std::string text_;
  std::size_t faults_ = 0;
  bool is_cut_ = false;
  std::vector<std::uint32_t> unusable_;    // lines of keys without their values
  std::vector<std::uint32_t> incomplete_;  // lines from which a table has lost something
  std::vector<Repeated> repeated_;
};

}  // namespace sluice::config
