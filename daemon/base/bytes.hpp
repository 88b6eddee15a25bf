#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace sluice {

/// A number of octets. A type of its own, so that a size and a count are never mixed up.
struct Bytes {
  std::uint64_t count = 0;

  constexpr auto operator<=>(const Bytes&) const = default;
};

constexpr Bytes operator""_B(unsigned long long n) { return {n}; }
constexpr Bytes operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr Bytes operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr Bytes operator""_GiB(unsigned long long n) { return {n << 30}; }

/// The size as the config file writes it: the largest unit that divides it ("64KiB", "1500B").
std::string to_string(Bytes size);

}  // namespace sluice
