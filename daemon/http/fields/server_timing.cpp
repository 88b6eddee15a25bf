#include "http/fields/server_timing.hpp"

#include <charconv>
#include <string_view>

#include "base/clock.hpp"

namespace sluice::http {

void add_server_timing(Exchange& exchange, Response& response) {
  constexpr std::string_view begin = "total;dur=";
  constexpr std::size_t most_digits = 24;
  auto milliseconds = static_cast<double>(monotonic_nanoseconds() - exchange.started) / 1e6;
  auto text = exchange.arena.array<char>(begin.size() + most_digits);
  auto* number = text.data() + begin.copy(text.data(), begin.size());
  auto* end = std::to_chars(number, text.data() + text.size(), milliseconds, std::chars_format::fixed, 3).ptr;
  response.fields.push_back({"Server-Timing", {text.data(), end}});
}

}  // namespace sluice::http
