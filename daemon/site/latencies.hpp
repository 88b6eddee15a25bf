#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

/// How long requests took, counted in classes: of a microsecond each up to 64, then 32 of the same width to every power
/// of two, as in an HDR histogram. So a class is at most 1/32 wider than its beginning, and a percentile at most that
/// far from the truth.
namespace sluice::site {

/// What takes longer is counted as this, about two minutes. Microseconds.
inline constexpr std::int64_t longest_latency = (1 << 27) - 1;

/// The class of a latency in microseconds.
constexpr std::size_t latency_class(std::int64_t microseconds) {
  auto value = static_cast<std::uint64_t>(std::clamp<std::int64_t>(microseconds, 0, longest_latency));
  if (value < 64) return value;
  auto shift = static_cast<std::size_t>(std::bit_width(value)) - 6;
  return 32 * shift + (value >> shift);
}

/// Where a class begins, in microseconds; it ends where the next one begins.
constexpr std::uint64_t latency_class_begin(std::size_t number) {
  if (number < 64) return number;
  return (32 + number % 32) << (number / 32 - 1);
}

inline constexpr std::size_t latency_classes = latency_class(longest_latency) + 1;
using Latencies = std::array<std::uint64_t, latency_classes>;

/// The latency, in microseconds, below which `share` (0 to 1) of the requests were; within a class taken as evenly
/// spread. 0 where there were none.
double latency_quantile(const Latencies& latencies, double share);

}  // namespace sluice::site
