#include "net/blocks.hpp"

namespace sluice::net {

BlockPool::~BlockPool() {
  while (free_) {
    auto* block = free_;
    free_ = block->next;
    release(block);
  }
  while (free_nodes_) release_node(std::exchange(free_nodes_, free_nodes_->next));
}

Block* BlockPool::make(std::size_t size) {
  constexpr auto payload = block_size - sizeof(Block);
  auto capacity = size <= payload ? payload : size;
  auto* block = new (::operator new(sizeof(Block) + capacity)) Block;
  block->capacity = static_cast<std::uint32_t>(capacity);
  return block;
}

void BlockPool::release(Block* block) {
  block->~Block();
  ::operator delete(block);
}

void* BlockPool::make_node() { return ::operator new(node_size); }

void BlockPool::release_node(void* memory) { ::operator delete(memory); }

}  // namespace sluice::net
