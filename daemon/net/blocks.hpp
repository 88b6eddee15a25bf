#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::net {

/// A piece of output memory. Blocks of the standard size come from and return to a pool; larger ones are
/// made for one use.
struct Block {
  Block* next = nullptr;
  std::uint32_t capacity = 0;
  std::uint32_t used = 0;

  char* data() { return reinterpret_cast<char*>(this + 1); }
  std::size_t room() const { return capacity - used; }
};

/// The free blocks of one loop. A few are kept, so that a steady stream of responses allocates nothing; the rest goes
/// back to the heap. One thread.
class BlockPool {
 public:
  static constexpr std::size_t block_size = 16 * 1024;
  static constexpr std::size_t kept_blocks = 64;

  ~BlockPool();
  /// A block with room for at least `size` octets.
  Block* take(std::size_t size);
  void give_back(Block* block);

 private:
  Block* free_ = nullptr;
  std::size_t free_count_ = 0;
};

}  // namespace sluice::net
