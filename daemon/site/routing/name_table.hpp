#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::site {

/// Names of a config with the number that each stands for; nothing is ever removed. Asked several times for every
/// request: an empty table answers at once, others with one look at a flat array as a rule. The names come from the
/// config, so nobody can choose them to collide.
class NameTable {
 public:
  /// The number of `name`, or null.
  const std::uint32_t* find(std::string_view name) const {
    if (slots_.empty()) return nullptr;
    auto hash = hash_of(name);
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      const auto& slot = slots_[at];
      if (!slot.used) return nullptr;
      if (slot.hash == hash && slot.name == name) return &slot.number;
    }
  }

  /// The number that `name` has, or `number` from now on if it has none.
  std::uint32_t insert(std::string_view name, std::uint32_t number);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;
    bool used = false;
    std::string name;
  };

  static std::uint32_t hash_of(std::string_view name);
  std::uint32_t mask() const { return static_cast<std::uint32_t>(slots_.size() - 1); }
  void grow();

  std::vector<Slot> slots_;  // none or a power of two, at most half of them used
  std::size_t count_ = 0;
};

}  // namespace sluice::site
