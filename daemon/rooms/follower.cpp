#include "rooms/follower.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace sluice::rooms {
namespace {

/// Octets that are given to a connection at once. More would be copied or referred to there without a limit
/// of ours.
constexpr std::size_t enough_in_flight = 16 * 1024;
/// Octets of messages after which others have their turn: compressed they may be few, but compressing takes time.
constexpr std::size_t enough_at_once = 256 * 1024;

std::atomic<std::uint64_t> closed = 0, dropped_messages = 0;
Account waiting;

}  // namespace

SlowCounts slow_counts() { return {closed, dropped_messages, waiting.octets()}; }

Follower::Queue::Queue() : past_octets(&waiting), octets(&waiting) {}

void Follower::deliver(const Post& post) {
  if (given_up_) return;
  if (queue_ || pending() > enough_in_flight) return enqueue(post);
  auto sent = send(post, 0);
  if (sent == post.message->payload().size()) return;
  queue_ = std::make_unique<Queue>();
  queue_->current = post;
  queue_->sent = sent;
  want_writable();
}

void Follower::enqueue(const Post& post) {
  if (!queue_) queue_ = std::make_unique<Queue>();
  queue_->posts.push_back({post, post.weight() + sizeof(Waiting)});
  queue_->octets.add(queue_->posts.back().octets);
  if (too_long() && policy_.slow == SlowConsumer::close) return give_up();
  for (; too_long(); ++dropped_messages) take_front();
  want_writable();
}

/// Whether more waits than may. One message may, whatever its size.
bool Follower::too_long() const { return queue_->octets.octets() > policy_.limit && queue_->posts.size() > 1; }

void Follower::give_up() {
  ++closed;
  given_up_ = true;
  queue_.reset();
  on_too_slow();
}

Post Follower::take_front() {
  auto [post, octets] = std::move(queue_->posts.front());
  queue_->posts.pop_front();
  queue_->octets.remove(octets);
  return post;
}

void Follower::send_past(HistoryRange past) {
  if (past.empty()) return;
  queue_ = std::make_unique<Queue>();
  queue_->more_past = past;
  pump();
}

void Follower::on_writable() { pump(); }

void Follower::pump() {
  std::size_t given = 0;
  while (queue_ && pending() <= enough_in_flight && (given < enough_at_once || pending() == 0)) {
    if (!choose_next()) break;
    auto before = std::exchange(queue_->sent, send(queue_->current, queue_->sent));
    given += queue_->sent - before;
    if (queue_->sent == queue_->current.message->payload().size()) queue_->current = {};
  }
  if (queue_) want_writable();
}

/// Makes the message that is to be sent next the current one. Without one the queue ends.
bool Follower::choose_next() {
  auto& queue = *queue_;
  if (queue.current.message) return true;
  queue.sent = 0;
  if (queue.past.empty() && !queue.more_past.empty() && !take_past()) return false;
  if (!queue.past.empty()) {
    queue.current = std::move(queue.past.back());
    queue.past.pop_back();
  } else if (!queue.posts.empty()) {
    queue.current = take_front();
  } else {
    queue_.reset();
  }
  return queue_ != nullptr;
}

/// Takes the next part of the history from the room. False where the room has forgotten some of it, for which this
/// member was too slow.
bool Follower::take_past() {
  bool missed = false;
  auto& queue = *queue_;
  queue.past = room().take(queue.more_past, policy_.limit, missed);
  std::ranges::reverse(queue.past);
  queue.past_octets.remove(queue.past_octets.octets());
  for (const auto& post : queue.past) queue.past_octets.add(post.weight());
  if (missed) ++dropped_messages;
  if (!missed || policy_.slow == SlowConsumer::drop_oldest) return true;
  give_up();
  return false;
}

}  // namespace sluice::rooms
