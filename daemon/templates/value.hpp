#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::templates {

/// A value that a placeholder stands for, while one request is served. A view: the text lives in the
/// exchange, the message or the Site.
struct Value {
  enum class Kind : std::uint8_t {
    null,     // absent: an optional parameter that was not given
    text,     // UTF-8 text
    literal,  // a JSON number, true or false, in its JSON form ("42", "1.5", "true"): keeps its type in
              // `json`
    json,     // any JSON value in its JSON form, from a parsed message: keeps its type and digits in `json`
  };
  Kind kind = Kind::null;
  std::string_view text;

  static constexpr Value of(std::string_view text) { return {Kind::text, text}; }
  static constexpr Value literal_of(std::string_view text) { return {Kind::literal, text}; }
};

}  // namespace sluice::templates
