#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::config {

/// A place in a config file: begin and end (one past the last octet), lines and columns counted from 1,
/// columns in code points. `file` indexes Sources. A default Span points nowhere.
struct Span {
  std::uint16_t file = 0;
  std::uint32_t line = 0, column = 0;
  std::uint32_t end_line = 0, end_column = 0;

  bool known() const { return line != 0; }
  bool operator==(const Span&) const = default;
};

/// Something read from a config file, with the place where it stands.
template <class T>
struct Located {
  T value{};
  Span span;

  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
};

struct Member;

/// A node of a config file: a TOML value with its place, in the order of the file. Owns what is below it.
/// This is what remains of the parsed file; toml++ itself is not seen outside of config/.
class Value {
 public:
  enum class Kind : std::uint8_t { none, string, integer, floating, boolean, datetime, array, table };
  using Array = std::vector<Value>;
  using Table = std::vector<Member>;  // in the order of the file, keys unique

  Kind kind = Kind::none;
  Span span;                  // a table made by a header ([route]): the header
  bool inline_table = false;  // written as { … }
  bool expanded = false;      // string: holds the value of a ${…}, and may stand for a number or true / false
  bool unusable = false;      // a ${…} in it failed, which was reported; nothing reads it
  std::string text;           // string: its content; datetime and floating: as written in the file
  std::int64_t integer = 0;
  double floating = 0;
  bool boolean = false;
  Array items;
  Table members;

  bool is(Kind k) const { return kind == k; }
  /// The member of a table with this key, or null.
  const Value* find(std::string_view key) const;
  const Member* find_member(std::string_view key) const;
  /// Whether this or anything below it is unusable.
  bool is_broken() const;
  /// The kind in the words of diagnostics: "a string", "an array" …
  std::string_view kind_name() const;
};

/// One `key = value` of a table.
struct Member {
  std::string key;
  Span key_span;
  Value value;
};

}  // namespace sluice::config
