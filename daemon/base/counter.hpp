#pragma once

#include <atomic>
#include <cstdint>

namespace sluice {

/// A number that one thread changes and any thread may read: a plain load and store, no locked instruction. Readers see
/// each counter whole, but several not of the same instant.
class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.store(get() + amount, std::memory_order_relaxed); }
  void subtract(std::uint64_t amount = 1) { value_.store(get() - amount, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace sluice
