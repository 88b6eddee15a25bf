#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/loop.hpp"
#include "net/timer.hpp"
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
  std::uint64_t since_ = 0;  // the last message before it came
};

/// The members of one worker, by room. What is published goes through the inboxes of the workers, that of the
/// publisher's own too, so that all members see one order; an inbox is emptied at the end of the turn. Owned
/// by the worker; used by its thread only, except for put().
class Hub {
 public:
  Hub(net::Loop& loop, Registry& registry);
  ~Hub();
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

  /// A worker is behind with its deliveries. Whoever publishes much should stop now; `resume` is called once
  /// in this thread when all have caught up.
  bool congested() const { return registry_.congested(); }
  void when_clear(const void* who, std::function<void()> resume);
  /// `who` is not interested any more.
  void forget(const void* who);

  // Called by rooms, from any thread.
  void put(const std::shared_ptr<Room>& room, const Post& post);

  /// Octets of messages in an inbox above which publishers should wait; each message counts some more.
  static constexpr std::size_t inbox_high_water = 8 << 20;

 private:
  friend class Member;
  struct Delivery {
    std::shared_ptr<Room> room;
    Post post;
  };

  std::shared_ptr<Room> remove(Member& member);
  void weigh(const Post& post, bool comes);
  void empty_inbox();
  void watch_congestion();

  net::Loop& loop_;
  Registry& registry_;
  std::shared_ptr<Hub*> self_ = std::make_shared<Hub*>(this);  // tasks of the loop may outlive the hub
  std::unordered_map<const Room*, std::unique_ptr<LocalRoom>> rooms_;
  std::vector<std::pair<const void*, std::function<void()>>> waiting_;
  std::unique_ptr<net::Timer> congestion_timer_;

  std::mutex inbox_mutex_;
  std::vector<Delivery> inbox_;
  std::atomic<std::size_t> queued_octets_ = 0;
};

/// The members of one room on one worker.
struct LocalRoom {
  std::shared_ptr<Room> room;
  std::vector<Member*> members;
};

}  // namespace sluice::rooms
