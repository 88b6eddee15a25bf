#include "rooms/room.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "rooms/hub.hpp"

namespace sluice::rooms {
namespace {

std::atomic<std::uint64_t> rooms = 0, members_of_all = 0, history_of_all = 0, messages = 0;

}  // namespace

RoomCounts room_counts() {
  return {.rooms = rooms, .members = members_of_all, .history_octets = history_of_all, .messages = messages};
}

Room::Room(std::string name)
    : name_(std::move(name)),
      epoch_(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())) {
  ++rooms;
}

Room::~Room() {
  --rooms;
  history_of_all -= history_octets_;
}

Room::Entrance Room::enter(Hub& hub, std::size_t history) {
  std::lock_guard lock(mutex_);
  auto here = std::ranges::find(presence_, &hub, &Presence::hub);
  if (here == presence_.end()) {
    presence_.push_back({&hub, 1});
  } else {
    ++here->members;
  }
  ++members_;
  ++members_of_all;
  history_limit_ = std::max(history_limit_, history);

  auto size = static_cast<std::ptrdiff_t>(std::min(history, history_.size()));
  return {last_number_, {history_.end() - size, history_.end()}};
}

bool Room::leave(Hub& hub) {
  std::lock_guard lock(mutex_);
  auto here = std::ranges::find(presence_, &hub, &Presence::hub);
  if (--here->members == 0) presence_.erase(here);
  --members_of_all;
  return --members_ == 0;
}

std::size_t Room::publish(const std::shared_ptr<Room>& self, Message message, const void* sender, bool kept) {
  std::lock_guard lock(mutex_);
  Post post{++last_number_, std::move(message), sender};
  ++messages;
  if (kept && history_limit_ > 0) keep(post);
  for (const auto& presence : presence_) presence.hub->put(self, post);
  return members_;
}

void Room::keep(const Post& post) {
  history_.push_back({post.number, post.message, nullptr});
  history_octets_ += post.message->frame().size();
  history_of_all += post.message->frame().size();
  while (history_.size() > history_limit_ || history_octets_ > most_history_octets) forget_oldest();
  while (history_.size() > 1 && history_of_all > most_history_octets_of_all) forget_oldest();
}

void Room::forget_oldest() {
  auto octets = history_.front().message->frame().size();
  history_octets_ -= octets;
  history_of_all -= octets;
  history_.pop_front();
}

std::size_t Room::members() const {
  std::lock_guard lock(mutex_);
  return members_;
}

bool Room::has_history() const {
  std::lock_guard lock(mutex_);
  return !history_.empty();
}

std::shared_ptr<Room> Registry::enter(const std::string& name, Hub& hub, std::size_t history,
                                      Room::Entrance& entrance) {
  std::lock_guard lock(mutex_);
  auto& room = rooms_[name];
  if (!room) room = std::make_shared<Room>(name);
  std::erase(idle_, room);
  entrance = room->enter(hub, history);
  return room;
}

void Registry::leave(const std::shared_ptr<Room>& room, Hub& hub) {
  if (room->leave(hub)) forget_if_unused(room);
}

void Registry::forget_if_unused(const std::shared_ptr<Room>& room) {
  std::lock_guard lock(mutex_);
  if (room->members() != 0 || std::ranges::find(idle_, room) != idle_.end()) return;  // someone was quicker
  auto known = rooms_.find(room->name());
  if (known == rooms_.end() || known->second != room) return;
  if (!room->has_history()) {
    rooms_.erase(known);
    return;
  }
  idle_.push_back(room);
  if (idle_.size() <= idle_limit_) return;
  rooms_.erase(idle_.front()->name());
  idle_.pop_front();
}

std::shared_ptr<Room> Registry::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto known = rooms_.find(name);
  return known == rooms_.end() ? nullptr : known->second;
}

std::size_t Registry::size() const {
  std::lock_guard lock(mutex_);
  return rooms_.size();
}

}  // namespace sluice::rooms
