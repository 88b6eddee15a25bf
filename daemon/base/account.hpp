#pragma once

#include <atomic>
#include <cstddef>

/// The count of what is held, where it is held.
namespace sluice {

/// How many octets something holds, and with it the larger whole that it is part of. Any thread may add and remove.
/// What is left at its end is removed from the whole.
class Account {
 public:
  explicit Account(Account* whole = nullptr) : whole_(whole) {}
  ~Account() {
    if (whole_) whole_->remove(octets());
  }
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;

  std::size_t octets() const { return octets_.load(std::memory_order_relaxed); }
  void add(std::size_t octets) {
    octets_.fetch_add(octets, std::memory_order_relaxed);
    if (whole_) whole_->add(octets);
  }
  void remove(std::size_t octets) {
    octets_.fetch_sub(octets, std::memory_order_relaxed);
    if (whole_) whole_->remove(octets);
  }

 private:
  std::atomic<std::size_t> octets_ = 0;
  Account* whole_;  // lives longer
};

}  // namespace sluice
