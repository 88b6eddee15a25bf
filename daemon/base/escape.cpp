#include "base/escape.hpp"

#include "base/hex.hpp"
#include "base/utf8.hpp"

namespace sluice {

namespace {

void append_json_character(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += "\\u00"; append_hex(out, {&c, 1});
  }
}

void append_log_octet(std::string& out, char c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: out += "\\x"; append_hex(out, {&c, 1});
  }
}

constexpr bool is_plain_json(char c) {
  auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x80 && c != '"' && c != '\\';
}

constexpr bool is_plain_log(char c) {
  auto octet = static_cast<unsigned char>(c);
  return octet >= 0x20 && octet < 0x7f;
}

constexpr bool is_plain_quoted(char c) { return is_plain_log(c) && c != '"' && c != '\\'; }

constexpr std::string_view html_reference(char c) {
  switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return {};
  }
}

/// U+0080..U+009F, which terminals take as commands: C2 80..C2 9F.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xC2' && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

template <class Predicate>
std::size_t plain_prefix(std::string_view text, Predicate plain) {
  std::size_t at = 0;
  while (at < text.size() && plain(text[at])) ++at;
  return at;
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    auto plain = plain_prefix(text, is_plain_json);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;

    auto step = utf8_step(text);
    if (!step.valid) {
      out += replacement_character;
    } else if (step.length > 1) {
      out += text.substr(0, step.length);
    } else {
      append_json_character(out, text.front());
    }
    text.remove_prefix(step.length);
  }
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  append_json_escaped(out, text);
  out += '"';
}

void append_html_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto reference = html_reference(text[at]);
    if (reference.empty()) continue;
    out += text.substr(from, at - from);
    out += reference;
    from = at + 1;
  }
  out += text.substr(from);
}

void append_log_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    auto plain = plain_prefix(text, is_plain_log);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;

    auto step = utf8_step(text);
    auto sequence = text.substr(0, step.length);
    if (step.valid && step.length > 1 && !is_c1_control(sequence)) {
      out += sequence;
    } else if (step.valid && step.length > 1) {
      out += "\\u00";
      append_hex(out, sequence.substr(1));
    } else {
      for (char c : sequence) append_log_octet(out, c);
    }
    text.remove_prefix(step.length);
  }
}

void append_quoted_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    auto plain = plain_prefix(text, is_plain_quoted);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    auto special = text.substr(0, 1);
    if (is_plain_log(special.front())) {
      out.append("\\").append(special);
    } else {
      append_hex(out.append("\\x"), special);
    }
    text.remove_prefix(1);
  }
}

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string html_escaped(std::string_view text) {
  std::string out;
  append_html_escaped(out, text);
  return out;
}

std::string log_escaped(std::string_view text) {
  std::string out;
  append_log_escaped(out, text);
  return out;
}

}  // namespace sluice
