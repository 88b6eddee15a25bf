/// Request targets, authorities and paths: what is taken is what the documents allow, and decoding happens once.

#include "http/target/path.hpp"
#include "base/arena.hpp"
#include "base/percent.hpp"
#include "base/utf8.hpp"
#include "http/target/target.hpp"
#include "input.hpp"

using namespace sluice;

namespace {

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_path(std::string_view raw) {
  Arena arena;
  auto split = http::split_path(raw, arena);
  if (split.fault != http::PathFault::none) return;
  fuzz::require(split.segments.size() == 1 + static_cast<std::size_t>(std::count(raw.begin() + 1, raw.end(), '/')),
                "every slash but the first divides");
  std::string again;
  for (auto segment : split.segments) {
    fuzz::require(valid_utf8(segment), "segments are UTF-8");
    again += "/" + percent_encoded(segment);
  }
  auto twice = http::split_path(again, arena);
  fuzz::require(twice.fault == http::PathFault::none && twice.segments.size() == split.segments.size(),
                "an encoded path has the same segments");
  for (std::size_t i = 0; i < split.segments.size(); ++i)
    fuzz::require(twice.segments[i] == split.segments[i], "decoding undoes encoding");
}

void check_target(http::Method method, std::string_view text) {
  auto target = http::parse_target(method, text);
  if (!target) return;
  fuzz::require(target->path != text || target->query.empty(), "a query is not part of the path");
  fuzz::require(within(target->query, text) && within(target->authority, text), "parts lie in the target");
  fuzz::require(target->path.find_first_of(" #?\r\n\t\"<>\\") == std::string_view::npos, "paths hold no delimiter");
  if (target->form == http::Target::Form::origin || target->form == http::Target::Form::absolute)
    fuzz::require(target->path == "*" || target->path.starts_with('/'), "a path begins with a slash");
  if (target->form == http::Target::Form::absolute)
    fuzz::require(!target->parsed_authority.host.empty(), "an absolute target has a host");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto method = static_cast<http::Method>(input.below(8));
  auto text = std::string(input.rest());
  check_target(method, text);
  if (auto authority = http::parse_authority(text)) {
    fuzz::require(!authority->host.empty(), "an authority has a host");
    fuzz::require(authority->host.find('@') == std::string_view::npos, "no user information");
  }
  check_path("/" + text);
  std::string decoded(text.size(), '\0');
  if (auto length = percent_decode(text, decoded.data()))
    fuzz::require(*length <= text.size(), "decoding does not grow");
  return 0;
}
