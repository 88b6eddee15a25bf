#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/account.hpp"
#include "rooms/hub.hpp"

namespace sluice::rooms {

/// What becomes of a member that reads more slowly than the others write.
enum class SlowConsumer : std::uint8_t {
  close,        // it is disconnected
  drop_oldest,  // it misses messages, the oldest ones first
};

/// How long the others' messages wait for a member.
struct BacklogPolicy {
  std::uint64_t limit = 1 << 20;  // octets of memory
  SlowConsumer slow = SlowConsumer::close;
};

/// How often members were too slow, in this process, and how many octets wait for them now.
struct SlowCounts {
  std::uint64_t closed = 0, dropped_messages = 0, waiting_octets = 0;
};
SlowCounts slow_counts();

/// A member with a connection: sends what fits, and keeps references to what has to wait until the peer reads
/// again. A peer that reads nothing costs what is shared anyhow, and at most the policy's limit of it, or one message.
/// The history of the room stays there and is taken in parts, each of that limit at most. Quiet it holds no queue.
class Follower : public Member {
 public:
  explicit Follower(const BacklogPolicy& policy) : policy_(policy) {}

  void deliver(const Post& post) final;
  /// Sends a part of the room's history as the peer takes it; what is delivered meanwhile comes behind it.
  void send_past(HistoryRange past);
  /// The connection has sent everything: takes from the queue.
  void on_writable();

 protected:
  /// Queues a message for the peer, or a piece of it, which begins behind the first `from` octets of its payload.
  /// Returns where the piece ends.
  virtual std::size_t send(const Post& post, std::size_t from) = 0;
  /// Octets that the peer has not taken yet.
  virtual std::size_t pending() const = 0;
  /// Asks for on_writable().
  virtual void want_writable() = 0;
  /// The peer was too slow: ends the connection. Nothing more is sent to it.
  virtual void on_too_slow() = 0;

  /// Something waits until the peer reads: the rest of a message, for example.
  bool waits() const { return queue_ != nullptr; }

 private:
  struct Waiting {
    Post post;
    std::size_t octets;  // with which it was counted
  };
  /// What waits, in the order in which it is sent.
  struct Queue {
    Queue();
    Post current;  // of which the first octets have been sent; without a message where there is none
    std::size_t sent = 0;
    std::vector<Post> past;  // taken from the room, the next one last
    HistoryRange more_past;  // yet to be taken
    std::deque<Waiting> posts;
    Account past_octets, octets;  // of `past` when it was taken; of `posts`
  };

  void enqueue(const Post& post);
  bool too_long() const;
  Post take_front();
  bool choose_next();
  bool take_past();
  void pump();
  void give_up();

  const BacklogPolicy& policy_;  // of the endpoint, which outlives the follower
  std::unique_ptr<Queue> queue_;
  bool given_up_ = false;
};

}  // namespace sluice::rooms
