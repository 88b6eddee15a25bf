#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/account.hpp"
#include "websocket/shared_message.hpp"

/// Rooms: a message that is published in one reaches all who follow it, on all workers, in one order.
namespace sluice::rooms {

class Hub;

using Message = std::shared_ptr<const websocket::SharedMessage>;

/// A message at its place in the order of a room.
struct Post {
  std::uint64_t number = 0;  // from 1; no two of a room are equal
  Message message;
  const void* sender = nullptr;  // the member that does not get it; null: all do

  /// Octets of memory that a queue holds for it, as if nobody else held the message.
  std::size_t weight() const { return sizeof(Post) + message->weight(); }
};

/// Octets of memory that the history of a room takes at most, whatever the number of its messages.
inline constexpr std::size_t most_history_octets = 16 << 20;

/// What the rooms of this process are and have done.
struct RoomCounts {
  std::uint64_t rooms = 0, members = 0, history_octets = 0;  // now
  std::uint64_t messages = 0;                                // ever published
};
RoomCounts room_counts();
/// Octets of memory that the histories of all rooms take, and the rooms that have one.
std::size_t octets_of_histories();

/// A part of a room's history: its messages whose numbers are above `after`, up to `last`. `last` is one of them,
/// or there are none.
struct HistoryRange {
  std::uint64_t after = 0, last = 0;
  bool empty() const { return after >= last; }
};

/// What the workers share of one room: the order of its messages, the latest of them, and which worker has
/// how many members. Its lock is held to number a message and to put it into the workers' inboxes, never
/// while one is sent.
class Room {
 public:
  explicit Room(std::string name);
  ~Room();
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  const std::string& name() const { return name_; }
  /// Tells this room from others of its name, before and after it and in other runs of the daemon.
  std::uint64_t epoch() const { return epoch_; }

  /// What a new member needs to know.
  struct Entrance {
    std::uint64_t last_number = 0;  // later messages will be delivered
    HistoryRange past;              // the latest messages
  };
  /// Counts a member of `hub`. From now on at least `history` messages are kept; up to so many are the member's past.
  Entrance enter(Hub& hub, std::size_t history);
  /// True when it was the last member of the room.
  bool leave(Hub& hub);

  /// Gives the message its number and puts it into the inbox of every worker that has members. `kept`: those
  /// who come later see it as well. Returns how many members there are.
  std::size_t publish(const std::shared_ptr<Room>& self, Message message, const void* sender, bool kept);

  /// The first messages of `past`, which moves on behind them: up to `octets` of them, but one at least. `missed` is
  /// set when some have been forgotten meanwhile.
  std::vector<Post> take(HistoryRange& past, std::size_t octets, bool& missed) const;

  std::size_t members() const;
  bool has_history() const { return history_octets() > 0; }
  /// Octets of memory that the room takes for its history.
  std::size_t history_octets() const { return account_.octets(); }
  /// Forgets the oldest messages of the history until it takes at most `octets`.
  void shrink_history(std::size_t octets);

 private:
  struct Presence {
    Hub* hub;
    std::size_t members;
  };

  void keep(const Post& post);
  void forget_oldest();
  std::size_t bookkeeping() const;

  mutable std::mutex mutex_;
  std::string name_;
  std::uint64_t epoch_;
  std::uint64_t last_number_ = 0;
  std::uint64_t forgotten_ = 0;  // the last message that was in the history and is not any more
  std::size_t history_limit_ = 0;
  Account account_;  // of the history, and of the room if it has one
  std::deque<Post> history_;
  std::vector<Presence> presence_;
  std::size_t members_ = 0;
};

/// All rooms of the daemon, by name. A room exists while it has members; one with a history stays when they
/// have left, as long as it is among the latest that were left and its history has room beside the others. Used by all
/// threads.
class Registry {
 public:
  /// `idle_rooms`: how many rooms without members may be kept for their history.
  explicit Registry(std::size_t idle_rooms = 1000) : idle_limit_(idle_rooms) {}

  std::shared_ptr<Room> enter(const std::string& name, Hub& hub, std::size_t history, Room::Entrance& entrance);
  void leave(const std::shared_ptr<Room>& room, Hub& hub);
  /// Null when there is no such room.
  std::shared_ptr<Room> find(const std::string& name) const;

  std::size_t size() const;
  /// Lets go of all rooms without members, and of their histories.
  void forget_idle();

  /// Octets of memory that the histories of all rooms may take together, the rooms that are there for theirs included.
  void set_most_history(std::size_t octets);
  /// Forgets as much as is too much. To be called after something was published or someone has come.
  void bound_histories() {
    if (octets_of_histories() > most_history_.load(std::memory_order_relaxed)) shrink_histories();
  }

  /// A worker is behind with its deliveries: who publishes should wait.
  bool congested() const { return behind_.load(std::memory_order_relaxed) > 0; }
  /// It is far behind: who cannot wait should be refused.
  bool overloaded() const { return overloaded_.load(std::memory_order_relaxed) > 0; }
  /// What waits for delivery at a hub weighs more or less now.
  void note_weight(std::size_t before, std::size_t after);

 private:
  void forget_if_unused(const std::shared_ptr<Room>& room);
  void forget_idle(const std::shared_ptr<Room>& room);
  void shrink_histories();

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Room>, std::less<>> rooms_;
  std::deque<std::shared_ptr<Room>> idle_;  // the one left longest ago first
  std::size_t idle_limit_;
  std::atomic<std::size_t> most_history_ = std::size_t{128} << 20;
  std::atomic<int> behind_ = 0, overloaded_ = 0;  // hubs
};

}  // namespace sluice::rooms
