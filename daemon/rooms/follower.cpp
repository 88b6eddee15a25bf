#include "rooms/follower.hpp"

#include <atomic>

namespace sluice::rooms {
namespace {

/// Octets that are given to a connection at once. More would be copied or referred to there without a limit
/// of ours.
constexpr std::size_t enough_in_flight = 16 * 1024;

std::atomic<std::uint64_t> closed = 0, dropped_messages = 0;

std::uint64_t octets_of(const Post& post) { return post.message->frame().size(); }

}  // namespace

SlowCounts slow_counts() { return {closed, dropped_messages}; }

void Follower::deliver(const Post& post) {
  if (given_up_) return;
  if (!queue_ && pending() <= enough_in_flight) return send(post);
  enqueue(post);
}

void Follower::enqueue(const Post& post) {
  if (!queue_) queue_ = std::make_unique<Queue>();
  queue_->posts.push_back(post);
  queue_->octets += octets_of(post);
  if (queue_->octets <= policy_.limit) return want_writable();
  if (policy_.slow == SlowConsumer::drop_oldest) {
    drop_oldest();
    return want_writable();
  }
  ++closed;
  given_up_ = true;
  queue_.reset();
  on_too_slow();
}

void Follower::drop_oldest() {
  while (queue_->octets > policy_.limit && queue_->posts.size() > 1) {
    queue_->octets -= octets_of(queue_->posts.front());
    queue_->posts.pop_front();
    ++dropped_messages;
  }
}

void Follower::on_writable() {
  while (queue_ && pending() <= enough_in_flight) {
    auto post = std::move(queue_->posts.front());
    queue_->posts.pop_front();
    queue_->octets -= octets_of(post);
    if (queue_->posts.empty()) queue_.reset();
    send(post);
  }
  if (queue_) want_writable();
}

}  // namespace sluice::rooms
