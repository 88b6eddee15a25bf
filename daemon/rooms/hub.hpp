#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/loop/loop.hpp"
#include "net/loop/timer.hpp"
#include "rooms/room.hpp"

namespace sluice::rooms {

struct LocalRoom;

/// Someone who follows a room: a WebSocket, an event stream. Owned by whoever makes it; leaves the room when
/// it ends. One thread: that of its hub.
class Member {
 public:
  Member() = default;
  virtual ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  /// A message of the room, each exactly once and in order. May leave the room, may not join or publish.
  virtual void deliver(const Post& post) = 0;

  bool in_room() const { return room_ != nullptr; }
  // While in a room:
  Hub& hub() const { return *hub_; }
  const Room& room() const;
  const std::string& room_name() const { return room().name(); }
  std::size_t room_members() const { return room().members(); }
  /// Publishes in the room, to all or to all others; `kept` in its history, if it has one.
  void publish(Message message, bool to_self, bool kept = true) const;
  /// Leaves the room and returns it.
  std::shared_ptr<Room> leave();

 private:
  friend class Hub;
  Hub* hub_ = nullptr;
  LocalRoom* room_ = nullptr;
  std::size_t index_ = 0;    // among the members of the room here
  std::uint64_t since_ = 0;  // the last message that it has, or the last one before it came
};

/// The members of one worker, by room. What is published goes through the inboxes of the workers, that of the
/// publisher's own too, so that all members see one order; an inbox is emptied at the end of the turn, and delivered
/// as far as the turn's budget allows: the rest goes on in the next one. Owned by the worker; used by its thread only,
/// except for put().
class Hub : private net::Continuation {
 public:
  Hub(net::Loop& loop, Registry& registry);
  ~Hub() override;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// Makes this the hub of the calling thread.
  void enter_thread();
  /// The hub of the calling thread.
  static Hub& current();

  /// Takes `member` into a room; it will get every later message. Returns which ones of those before it may take from
  /// the room, `history` at most.
  HistoryRange join(const std::string& room, Member& member, std::size_t history = 0);
  /// Publishes in a room by name. Returns how many members it has; 0: nobody got the message.
  std::size_t publish(const std::string& room, Message message);

  /// A worker is behind with its deliveries. Whoever publishes should stop now; `resume` is called once in this thread
  /// when all have caught up, and may publish until they are behind again.
  bool congested() const { return registry_.congested(); }
  /// A worker is so far behind that who cannot wait is refused.
  bool overloaded() const { return registry_.overloaded(); }
  void when_clear(const void* who, std::function<void()> resume);
  /// `who` is not interested any more.
  void forget(const void* who);

  // Called by rooms, from any thread.
  /// `members`: how many the room has here.
  void put(const std::shared_ptr<Room>& room, const Post& post, std::size_t members);

  /// Publishers wait while the messages that wait here weigh more. A message weighs its octets, and for each member
  /// that it is for as much as memory that is copied in the time of one delivery: this is about 30 ms of work.
  static constexpr std::size_t high_water = 8 << 20;
  /// Above this, those that cannot wait are refused.
  static constexpr std::size_t most_waiting = 8 * high_water;

 private:
  friend class Member;
  struct Delivery {
    std::shared_ptr<Room> room;
    Post post;
    std::size_t weight;
  };

  std::shared_ptr<Room> remove(Member& member);
  void add_weight(std::size_t weight);
  void take_weight(std::size_t weight);
  void empty_inbox();
  void go_on() override;
  void deliver_in_turn();
  bool deliver_some(LocalRoom& room);
  void deliver_to(LocalRoom& room, Member& member);
  void end_round(LocalRoom& room);
  void watch_congestion();

  net::Loop& loop_;
  Registry& registry_;
  std::shared_ptr<Hub*> self_ = std::make_shared<Hub*>(this);  // tasks of the loop may outlive the hub
  std::unordered_map<const Room*, std::shared_ptr<LocalRoom>> rooms_;
  std::deque<std::shared_ptr<LocalRoom>> busy_;  // those with messages that wait, which take turns
  std::deque<std::pair<const void*, std::function<void()>>> waiting_;
  std::unique_ptr<net::Timer> congestion_timer_;

  std::mutex inbox_mutex_;
  std::vector<Delivery> inbox_;
  std::atomic<std::size_t> weight_ = 0;  // of all that waits
};

/// The members of one room on one worker. Its messages are delivered in rounds: every member gets all that waited when
/// the round began, one member after the other, from the last to the first. So one that leaves puts a member in its
/// place that has been served, and one that comes is behind those that have not: it needs nothing of the round.
struct LocalRoom {
  struct Waiting {
    Post post;
    std::size_t weight;
  };

  std::shared_ptr<Room> room;
  std::vector<Member*> members;
  std::deque<Waiting> waiting;  // messages that not all have, by number
  std::size_t round = 0;        // so many of them are delivered in this round; 0: none runs
  std::size_t unserved = 0;     // members that the round has yet to come to: the first ones
};

}  // namespace sluice::rooms
