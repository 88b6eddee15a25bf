#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Small questions about octets and ASCII text. Nothing here looks at the locale or allocates, unless it returns
/// a string.
namespace sluice {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_alpha(c); }
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
/// A control character of ASCII: C0 or DEL.
constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
/// tchar of RFC 9110 §5.6.2.
inline constexpr std::array<bool, 256> token_chars = [] {
  std::array<bool, 256> table{};
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  for (int c = 0; c < 128; ++c) table[static_cast<std::size_t>(c)] |= is_alphanumeric(static_cast<char>(c));
  return table;
}();
constexpr bool is_token_char(char c) { return token_chars[static_cast<unsigned char>(c)]; }
/// One or more tchar.
constexpr bool is_token(std::string_view text) {
  for (char c : text) {
    if (!is_token_char(c)) return false;
  }
  return !text.empty();
}
/// unreserved of RFC 3986 §2.3.
constexpr bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }
/// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  c = to_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Where the first control character other than a tab stands at or behind `from`; text.size() if there is none.
std::size_t find_control(std::string_view text, std::size_t from = 0);

/// Compares with the case of ASCII letters ignored: field names, tokens, schemes, hosts.
bool equals_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
bool ends_with_ignoring_case(std::string_view text, std::string_view suffix);
/// ASCII letters in lower case.
std::string to_lower(std::string_view text);

/// Without the spaces and tabs at both ends (OWS, RFC 9110 §5.6.3).
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A decimal number of digits only, that fits.
std::optional<std::uint64_t> parse_unsigned(std::string_view digits);

/// The pieces of a text between separators, for range-for. "" has one piece, "a,,b" has three.
class Split {
 public:
  constexpr Split(std::string_view text, char separator) : text_(text), separator_(separator) {}

  class Iterator {
   public:
    constexpr Iterator(std::string_view rest, char separator) : rest_(rest), separator_(separator) { cut(); }
    constexpr Iterator() = default;
    constexpr std::string_view operator*() const { return piece_; }
    constexpr Iterator& operator++() {
      if (last_) {
        done_ = true;
      } else {
        rest_.remove_prefix(piece_.size() + 1);
        cut();
      }
      return *this;
    }
    constexpr bool operator==(const Iterator& other) const { return done_ == other.done_; }

   private:
    constexpr void cut() {
      auto at = rest_.find(separator_);
      last_ = at == std::string_view::npos;
      piece_ = last_ ? rest_ : rest_.substr(0, at);
      done_ = false;
    }
    std::string_view rest_, piece_;
    char separator_ = 0;
    bool last_ = true, done_ = true;
  };

  constexpr Iterator begin() const { return {text_, separator_}; }
  constexpr Iterator end() const { return {}; }

 private:
  std::string_view text_;
  char separator_;
};

constexpr Split split(std::string_view text, char separator) { return {text, separator}; }

/// Takes the next element of a comma-separated field value off the front of `rest`: trimmed, never empty, commas
/// inside quoted strings left alone (RFC 9110 §5.6.1). Returns false at the end.
bool next_list_item(std::string_view& rest, std::string_view& item, char separator = ',');

/// Whether a comma-separated field value holds `token`, case ignored (Connection, Upgrade, Transfer-Encoding).
bool list_has_token(std::string_view list, std::string_view token);

}  // namespace sluice
