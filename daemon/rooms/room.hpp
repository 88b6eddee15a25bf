#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

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
};

/// Octets of messages that a room keeps at most, whatever their number.
inline constexpr std::size_t most_history_octets = 16 << 20;
/// While all rooms together keep more, each keeps only its latest message.
inline constexpr std::size_t most_history_octets_of_all = 256 << 20;

/// What the rooms of this process are and have done.
struct RoomCounts {
  std::uint64_t rooms = 0, members = 0, history_octets = 0;  // now
  std::uint64_t messages = 0;                                // ever published
};
RoomCounts room_counts();

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
    std::vector<Post> past;         // the latest messages, oldest first
  };
  /// Counts a member of `hub`. From now on at least `history` messages are kept; up to so many are returned.
  Entrance enter(Hub& hub, std::size_t history);
  /// True when it was the last member of the room.
  bool leave(Hub& hub);

  /// Gives the message its number and puts it into the inbox of every worker that has members. `kept`: those
  /// who come later see it as well. Returns how many members there are.
  std::size_t publish(const std::shared_ptr<Room>& self, Message message, const void* sender, bool kept);

  std::size_t members() const;
  bool has_history() const;

 private:
  struct Presence {
    Hub* hub;
    std::size_t members;
  };

  void keep(const Post& post);
  void forget_oldest();

  mutable std::mutex mutex_;
  std::string name_;
  std::uint64_t epoch_;
  std::uint64_t last_number_ = 0;
  std::size_t history_limit_ = 0;
  std::deque<Post> history_;
  std::size_t history_octets_ = 0;
  std::vector<Presence> presence_;
  std::size_t members_ = 0;
};

/// All rooms of the daemon, by name. A room exists while it has members; one with a history stays when they
/// have left, as long as it is among the latest that were left. Used by all threads.
class Registry {
 public:
  /// `idle_rooms`: how many rooms without members may be kept for their history.
  explicit Registry(std::size_t idle_rooms = 1000) : idle_limit_(idle_rooms) {}

  std::shared_ptr<Room> enter(const std::string& name, Hub& hub, std::size_t history, Room::Entrance& entrance);
  void leave(const std::shared_ptr<Room>& room, Hub& hub);
  /// Null when there is no such room.
  std::shared_ptr<Room> find(const std::string& name) const;

  std::size_t size() const;

  /// A worker is behind with its deliveries: who publishes should wait.
  bool congested() const { return behind_.load(std::memory_order_relaxed) > 0; }
  /// A hub says that its inbox has become too full, or not so any more.
  void note_behind(bool behind) { behind_ += behind ? 1 : -1; }

 private:
  void forget_if_unused(const std::shared_ptr<Room>& room);

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Room>, std::less<>> rooms_;
  std::deque<std::shared_ptr<Room>> idle_;  // the one left longest ago first
  std::size_t idle_limit_;
  std::atomic<int> behind_ = 0;  // hubs
};

}  // namespace sluice::rooms
