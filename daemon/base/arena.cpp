#include "base/arena.hpp"

#include <algorithm>

namespace sluice {

void* Arena::allocate_slow(std::size_t size, std::size_t align) {
  auto wanted = std::max(block_, size + align);
  blocks_.push_back({std::make_unique_for_overwrite<char[]>(wanted), wanted});
  current_ = blocks_.back().data.get();
  capacity_ = wanted;
  used_ = 0;
  return allocate(size, align);
}

void Arena::reset() {
  if (blocks_.size() > 1) blocks_.resize(1);
  if (blocks_.empty()) return;
  if (blocks_.front().size > block_) {  // one oversized request must not keep its block for ever
    blocks_.clear();
    current_ = nullptr;
    capacity_ = 0;
  } else {
    current_ = blocks_.front().data.get();
    capacity_ = blocks_.front().size;
  }
  used_ = 0;
}

std::size_t Arena::footprint() const {
  std::size_t sum = 0;
  for (const auto& block : blocks_) sum += block.size;
  return sum;
}

}  // namespace sluice
