#include "site/routing/name_table.hpp"

#include <cstring>
#include <utility>

namespace sluice::site {

/// Eight octets at a time, multiplied by an odd constant (the golden ratio's bits), the upper half folded in.
std::uint32_t NameTable::hash_of(std::string_view name) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15;
  std::uint64_t hash = name.size() * factor;
  auto mix = [&](std::uint64_t octets) {
    hash = (hash ^ octets) * factor;
    hash ^= hash >> 32;
  };
  const char* at = name.data();
  auto left = name.size();
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t octets;
    std::memcpy(&octets, at, 8);
    mix(octets);
  }
  if (left > 0) {
    std::uint64_t octets = 0;
    for (std::size_t i = 0; i < left; ++i) octets = octets << 8 | static_cast<unsigned char>(at[i]);
    mix(octets);
  }
  return static_cast<std::uint32_t>(hash);
}

std::uint32_t NameTable::insert(std::string_view name, std::uint32_t number) {
  if (const auto* known = find(name)) return *known;
  if (2 * (count_ + 1) > slots_.size()) grow();
  auto hash = hash_of(name);
  auto at = hash & mask();
  while (slots_[at].used) at = (at + 1) & mask();
  slots_[at] = {.hash = hash, .number = number, .used = true, .name = std::string(name)};
  ++count_;
  return number;
}

void NameTable::grow() {
  auto old = std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 2 : 2 * slots_.size()));
  for (auto& slot : old) {
    if (!slot.used) continue;
    auto at = slot.hash & mask();
    while (slots_[at].used) at = (at + 1) & mask();
    slots_[at] = std::move(slot);
  }
}

}  // namespace sluice::site
