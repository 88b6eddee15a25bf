#include "http1/head_scanner.hpp"

#include <array>
#include <cstring>

#include "base/text.hpp"

namespace sluice::http1 {

namespace {

/// Octets that may stand in a request target. RFC 3986 §2 has no `"<>\^`{|}`, but browsers send `|` in paths and
/// `^`{|}` in queries unencoded (the URL standard's percent-encode sets); those are harmless and taken.
constexpr std::array<std::uint8_t, 256> make_target_octets() {
  std::array<std::uint8_t, 256> table{};  // 1: anywhere, 2: only in the query
  for (std::size_t c = 0x21; c < 0x100; ++c) table[c] = c == 0x7f ? 0 : 1;
  for (char c : std::string_view("\"<>\\#")) table[static_cast<unsigned char>(c)] = 0;
  for (char c : std::string_view("^`{}")) table[static_cast<unsigned char>(c)] = 2;
  return table;
}
constexpr auto target_octets = make_target_octets();

bool valid_target(std::string_view target) {
  bool in_query = false;
  for (char c : target) {
    auto allowed = target_octets[static_cast<unsigned char>(c)];
    if (allowed == 0 || (allowed == 2 && !in_query)) return false;
    in_query |= c == '?';
  }
  return !target.empty();
}

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

}  // namespace

Refusal check_request_line(std::string_view line, const Settings& settings) {
  auto method_end = line.find(' ');
  auto target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end)
    return {400, "the request line is not `method target version`"};
  auto target = line.substr(method_end + 1, target_end - method_end - 1);
  auto version = line.substr(target_end + 1);
  if (!is_token(line.substr(0, method_end))) return {400, "the method is not a token"};
  if (target.size() > settings.target.count) return {414, "the request target is too long", Limit::uri_bytes};
  if (!valid_target(target)) return {400, "the request target holds an octet that is not allowed there"};
  if (!is_version(version)) return {400, "the request line does not end with an HTTP version"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {505, "this version of HTTP is not spoken here"};
  return {};
}

HeadScanner::Outcome HeadScanner::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return Outcome::refused;
}

Refusal HeadScanner::check_line(std::string_view line, const Settings& settings) {
  if (!has_request_line_) {
    has_request_line_ = true;
    return check_request_line(line, settings);
  }
  if (line.front() == ' ' || line.front() == '\t') return {400, "a field line is folded (obsolete, RFC 9112 section 5.2)"};
  if (line.front() == ':') return {400, "a field has no name"};
  if (++fields_ > settings.fields) return {431, "the request has too many fields", Limit::header_count};
  return {};
}

HeadScanner::Outcome HeadScanner::unfinished(std::string_view received, const Settings& settings) {
  auto size = received.size() - skipped_;
  if (!has_request_line_ && size > 0) {
    // Room for any known method and for the version; what is longer cannot become a request line.
    if (size > settings.target.count + 32) return refuse({414, "the request target is too long", Limit::uri_bytes});
    auto first = received[skipped_];
    if (first == 0x16) return refuse({400, "this port speaks plain HTTP, not TLS"});
    if (first != '\r' && !is_token_char(first)) return refuse({400, "this is not HTTP"});
  }
  if (size > settings.head.count) return refuse({431, "the request head is too large", Limit::header_bytes});
  return Outcome::incomplete;
}

HeadScanner::Outcome HeadScanner::scan(std::string_view received, const Settings& settings) {
  while (line_begin_ < received.size()) {
    auto rest = received.substr(line_begin_);
    auto* feed = static_cast<const char*>(std::memchr(rest.data(), '\n', rest.size()));
    if (!feed) break;
    auto line = rest.substr(0, static_cast<std::size_t>(feed - rest.data()));
    if (line.empty() || line.back() != '\r') return refuse({400, "a line ends with LF alone"});
    line.remove_suffix(1);
    if (std::memchr(line.data(), '\r', line.size())) return refuse({400, "a CR stands alone within a line"});
    line_begin_ += static_cast<std::uint32_t>(line.size() + 2);
    if (line.empty()) {
      if (has_request_line_) return Outcome::complete;
      if (skipped_ != 0) return refuse({400, "several empty lines stand before the request line"});
      skipped_ = 2;
      continue;
    }
    if (auto refusal = check_line(line, settings)) return refuse(refusal);
    if (line_begin_ - skipped_ > settings.head.count) return refuse({431, "the request head is too large", Limit::header_bytes});
  }
  return unfinished(received, settings);
}

}  // namespace sluice::http1
