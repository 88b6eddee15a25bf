#include "net/blocks.hpp"

#include <new>

namespace sluice::net {

namespace {

void release(Block* block) {
  block->~Block();
  ::operator delete(block);
}

}  // namespace

BlockPool::~BlockPool() {
  while (free_) {
    auto* block = free_;
    free_ = block->next;
    release(block);
  }
}

Block* BlockPool::take(std::size_t size) {
  constexpr auto payload = block_size - sizeof(Block);
  if (size <= payload && free_) {
    auto* block = free_;
    free_ = block->next;
    --free_count_;
    block->next = nullptr;
    block->used = 0;
    return block;
  }
  auto capacity = size <= payload ? payload : size;
  auto* block = new (::operator new(sizeof(Block) + capacity)) Block;
  block->capacity = static_cast<std::uint32_t>(capacity);
  return block;
}

void BlockPool::give_back(Block* block) {
  if (block->capacity != block_size - sizeof(Block) || free_count_ >= kept_blocks) return release(block);
  block->next = free_;
  free_ = block;
  ++free_count_;
}

}  // namespace sluice::net
