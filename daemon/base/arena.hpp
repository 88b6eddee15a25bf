#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sluice {

/// A bump allocator for what lives exactly as long as one request: its head, decoded segments, a rendered
/// body. Owned by an exchange; reset() forgets everything at once and keeps the first block, so that a
/// steady stream of requests allocates nothing. Used by one thread.
class Arena {
 public:
  /// `block` is the size in octets of the blocks taken from the heap.
  explicit Arena(std::size_t block = 4096) : block_(block) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// `size` octets aligned to `align`, valid until reset().
  void* allocate(std::size_t size, std::size_t align = alignof(std::max_align_t)) {
    auto at = (used_ + align - 1) & ~(align - 1);
    if (at + size > capacity_) return allocate_slow(size, align);
    used_ = at + size;
    return current_ + at;
  }

  /// An uninitialised array of `count` trivially destructible objects.
  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    auto* first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    std::uninitialized_default_construct_n(first, count);
    return {first, count};
  }

  /// A copy of `text` that lives as long as the arena.
  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    auto* to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// Forgets all that was allocated. Blocks beyond the first go back to the heap.
  void reset();

  /// Octets held from the heap.
  std::size_t footprint() const;

 private:
  void* allocate_slow(std::size_t size, std::size_t align);

  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };
  std::vector<Block> blocks_;
  char* current_ = nullptr;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t block_;
};

}  // namespace sluice
