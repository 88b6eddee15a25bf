#pragma once

#include <cstdint>
#include <deque>
#include <memory>

#include "rooms/hub.hpp"

namespace sluice::rooms {

/// What becomes of a member that reads more slowly than the others write.
enum class SlowConsumer : std::uint8_t {
  close,        // it is disconnected
  drop_oldest,  // it misses messages, the oldest ones first
};

/// How long the others' messages wait for a member.
struct BacklogPolicy {
  std::uint64_t limit = 1 << 20;  // octets
  SlowConsumer slow = SlowConsumer::close;
};

/// How often members were too slow, in this process.
struct SlowCounts {
  std::uint64_t closed = 0, dropped_messages = 0;
};
SlowCounts slow_counts();

/// A member with a connection: sends what fits, and keeps references to what has to wait until the peer reads
/// again. A peer that reads nothing costs what is shared anyhow, and at most the policy's limit of it. Quiet
/// it holds no queue.
class Follower : public Member {
 public:
  explicit Follower(const BacklogPolicy& policy) : policy_(policy) {}

  void deliver(const Post& post) final;
  /// The connection has sent everything: takes from the queue.
  void on_writable();

 protected:
  /// Queues a message for the peer.
  virtual void send(const Post& post) = 0;
  /// Octets that the peer has not taken yet.
  virtual std::size_t pending() const = 0;
  /// Asks for on_writable().
  virtual void want_writable() = 0;
  /// The peer was too slow: ends the connection. Nothing more is sent to it.
  virtual void on_too_slow() = 0;

 private:
  struct Queue {
    std::deque<Post> posts;
    std::uint64_t octets = 0;
  };

  void enqueue(const Post& post);
  void drop_oldest();

  const BacklogPolicy& policy_;  // of the endpoint, which outlives the follower
  std::unique_ptr<Queue> queue_;
  bool given_up_ = false;
};

}  // namespace sluice::rooms
