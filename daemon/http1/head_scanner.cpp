#include "http1/head_scanner.hpp"

#include "base/text.hpp"

namespace sluice::http1 {

namespace {

/// A request line may be this much longer than the longest target: room for any known method and for the version.
constexpr std::size_t request_line_room = 32;

bool is_version(std::string_view text) {
  return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7]);
}

}  // namespace

/// Finds the three parts. What octets the target may hold is for parse_target() to say.
Refusal HeadScanner::check_request_line(std::string_view line, const Settings& settings) {
  // First, because a longer one is refused with this before its end has come.
  if (line.size() > settings.target.count + request_line_room)
    return {414, "the request target is too long", Limit::uri_bytes};
  std::size_t method = 0;
  while (method < line.size() && is_token_char(line[method])) ++method;
  if (method == 0) return {400, "the method is not a token"};
  if (method == line.size() || line[method] != ' ') return {400, "the request line is not `method target version`"};
  auto target_end = line.find(' ', method + 1);
  if (target_end == std::string_view::npos) return {400, "the request line is not `method target version`"};
  auto target = target_end - method - 1;
  auto version = line.substr(target_end + 1);
  if (target > settings.target.count) return {414, "the request target is too long", Limit::uri_bytes};
  if (target == 0 || !is_version(version)) return {400, "the request line is not `method target version`"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return {505, "this version of HTTP is not spoken here"};
  request_line_ = {static_cast<std::uint32_t>(method), static_cast<std::uint32_t>(target)};
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
  if (line.front() == ' ' || line.front() == '\t')
    return {400, "a field line is folded (obsolete, RFC 9112 section 5.2)"};
  if (line.front() == ':') return {400, "a field has no name"};
  if (++fields_ > settings.fields) return {431, "the request has too many fields", Limit::header_count};
  return {};
}

HeadScanner::Outcome HeadScanner::unfinished(std::string_view received, const Settings& settings) {
  auto size = received.size() - skipped_;
  if (!has_request_line_ && size > 0) {
    if (size > settings.target.count + request_line_room)
      return refuse({414, "the request target is too long", Limit::uri_bytes});
    auto first = received[skipped_];
    if (first == 0x16) return refuse({400, "this port speaks plain HTTP, not TLS"});
    if (first != '\r' && !is_token_char(first)) return refuse({400, "this is not HTTP"});
  }
  if (size > settings.head.count) return refuse({431, "the request head is too large", Limit::header_bytes});
  return Outcome::incomplete;
}

/// A control character where no line ends. What comes before it is judged first, as it would be had it come alone.
HeadScanner::Outcome HeadScanner::stray_control(std::string_view received, std::size_t at, const Settings& settings) {
  if (unfinished(received.substr(0, at + 1), settings) == Outcome::refused) return Outcome::refused;
  if (received[at] == '\n') return refuse({400, "a line ends with LF alone"});
  if (received[at] == '\r') return refuse({400, "a CR stands alone within a line"});
  return refuse({400, "a control character stands in the request head"});
}

/// A section that is larger than the settings allow now is read anew, for the refusal.
bool HeadScanner::take_known(const HeaderSection* section, const Settings& settings) {
  if (!section || section->fields.size() > settings.fields) return false;
  if (line_begin_ - skipped_ + section->octets.size() > settings.head.count) return false;
  fields_ = static_cast<std::uint16_t>(section->fields.size());
  line_begin_ += static_cast<std::uint32_t>(section->octets.size());
  section_known_ = true;
  return true;
}

HeadScanner::Outcome HeadScanner::scan(std::string_view received, const Settings& settings, HeaderCache* cache) {
  while (line_begin_ < received.size()) {
    auto end = find_control(received, line_begin_);
    if (end == received.size() || (received[end] == '\r' && end + 1 == received.size())) break;
    if (received[end] != '\r' || received[end + 1] != '\n') return stray_control(received, end, settings);
    auto line = received.substr(line_begin_, end - line_begin_);
    line_begin_ = static_cast<std::uint32_t>(end + 2);
    if (line.empty()) {
      if (has_request_line_) return Outcome::complete;
      if (skipped_ != 0) return refuse({400, "several empty lines stand before the request line"});
      skipped_ = 2;
      continue;
    }
    bool first = !has_request_line_;
    if (auto refusal = check_line(line, settings)) return refuse(refusal);
    if (first && cache && take_known(cache->find(received.substr(line_begin_)), settings)) return Outcome::complete;
    if (line_begin_ - skipped_ > settings.head.count)
      return refuse({431, "the request head is too large", Limit::header_bytes});
  }
  return unfinished(received, settings);
}

}  // namespace sluice::http1
