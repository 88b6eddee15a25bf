#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

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

/// The free blocks of one loop, and free nodes, which say what is to be sent. A few are kept, so that a steady stream
/// of responses allocates nothing; the rest goes back to the heap. One thread.
class BlockPool {
 public:
  static constexpr std::size_t block_size = 16 * 1024;
  static constexpr std::size_t kept_blocks = 64;
  static constexpr std::size_t node_size = 80;
  static constexpr std::size_t kept_nodes = 256;

  ~BlockPool();

  /// A block with room for at least `size` octets.
  Block* take(std::size_t size) {
    if (size > block_size - sizeof(Block) || !free_) return make(size);
    auto* block = free_;
    free_ = block->next;
    --free_count_;
    block->next = nullptr;
    block->used = 0;
    return block;
  }

  void give_back(Block* block) {
    if (block->capacity != block_size - sizeof(Block) || free_count_ >= kept_blocks) return release(block);
    block->next = free_;
    free_ = block;
    ++free_count_;
  }

  /// Memory for one object of at most node_size octets.
  void* take_node() {
    if (!free_nodes_) return make_node();
    --free_node_count_;
    return std::exchange(free_nodes_, free_nodes_->next);
  }

  void give_back_node(void* memory) {
    if (free_node_count_ >= kept_nodes) return release_node(memory);
    free_nodes_ = new (memory) Node{free_nodes_};
    ++free_node_count_;
  }

 private:
  struct Node {
    Node* next;
  };
  static void* make_node();
  static void release_node(void* memory);
  static Block* make(std::size_t size);
  static void release(Block* block);

  Block* free_ = nullptr;
  std::size_t free_count_ = 0;
  Node* free_nodes_ = nullptr;
  std::size_t free_node_count_ = 0;
};

}  // namespace sluice::net
