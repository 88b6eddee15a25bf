#include "rooms/room.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>

#include "base/limit_hits.hpp"
#include "rooms/hub.hpp"

namespace sluice::rooms {
namespace {

std::atomic<std::uint64_t> rooms = 0, members_of_all = 0, messages = 0;
Account histories;

/// When the histories have become too large, this part of what they may have goes at once: looking for it costs time.
constexpr std::size_t forgotten_part = 8;

/// What a room takes beside its name: itself, its place among the others, and the first block of its history.
constexpr std::size_t room_octets = sizeof(Room) + 128 + 576;

}  // namespace

RoomCounts room_counts() {
  return {.rooms = rooms, .members = members_of_all, .history_octets = octets_of_histories(), .messages = messages};
}

std::size_t octets_of_histories() { return histories.octets(); }

Room::Room(std::string name)
    : name_(std::move(name)),
      epoch_(static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count())),
      account_(&histories) {
  ++rooms;
}

Room::~Room() {
  --rooms;
  for (const auto& post : history_) post.message->count_in(nullptr);
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

  Entrance entrance{.last_number = last_number_, .past = {}};
  if (history == 0 || history_.empty()) return entrance;
  bool all = history_.size() <= history;
  entrance.past = {all ? forgotten_ : history_[history_.size() - history - 1].number, history_.back().number};
  return entrance;
}

std::vector<Post> Room::take(HistoryRange& past, std::size_t octets, bool& missed) const {
  std::vector<Post> posts;
  std::lock_guard lock(mutex_);
  missed = !past.empty() && forgotten_ > past.after;
  auto next = std::ranges::upper_bound(history_, past.after, {}, &Post::number);
  for (; next != history_.end() && next->number <= past.last; ++next) {
    if (!posts.empty() && next->weight() > octets) break;
    octets -= std::min(octets, next->weight());
    posts.push_back(*next);
  }
  past.after = posts.empty() ? past.last : posts.back().number;
  return posts;
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
  for (const auto& presence : presence_) presence.hub->put(self, post, presence.members);
  return members_;
}

void Room::keep(const Post& post) {
  if (history_.empty()) account_.add(bookkeeping());
  history_.push_back({post.number, post.message, nullptr});
  account_.add(sizeof(Post));
  post.message->count_in(&account_);
  while (history_.size() > history_limit_ || account_.octets() > most_history_octets) forget_oldest();
}

void Room::forget_oldest() {
  forgotten_ = history_.front().number;
  history_.front().message->count_in(nullptr);
  history_.pop_front();
  account_.remove(sizeof(Post));
  if (history_.empty()) account_.remove(bookkeeping());
}

void Room::shrink_history(std::size_t octets) {
  std::lock_guard lock(mutex_);
  while (!history_.empty() && account_.octets() > octets) forget_oldest();
}

std::size_t Room::bookkeeping() const { return room_octets + 2 * name_.capacity(); }

std::size_t Room::members() const {
  std::lock_guard lock(mutex_);
  return members_;
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
  if (idle_.size() > idle_limit_) forget_idle(std::shared_ptr(idle_.front()));
}

std::shared_ptr<Room> Registry::find(const std::string& name) const {
  std::lock_guard lock(mutex_);
  auto known = rooms_.find(name);
  return known == rooms_.end() ? nullptr : known->second;
}

void Registry::forget_idle() {
  std::lock_guard lock(mutex_);
  for (const auto& room : idle_) rooms_.erase(room->name());
  idle_.clear();
}

void Registry::note_weight(std::size_t before, std::size_t after) {
  auto note = [before, after](std::size_t most, std::atomic<int>& hubs) {
    if ((before > most) != (after > most)) hubs += after > most ? 1 : -1;
  };
  note(Hub::high_water, behind_);
  note(Hub::most_waiting, overloaded_);
}

std::size_t Registry::size() const {
  std::lock_guard lock(mutex_);
  return rooms_.size();
}

void Registry::set_most_history(std::size_t octets) {
  most_history_ = octets;
  bound_histories();
}

/// Rooms without members go first, the heaviest of them before the others; then the older halves of the heaviest
/// histories.
void Registry::shrink_histories() {
  struct Candidate {
    std::pair<bool, std::size_t> rank;  // without members; octets
    std::shared_ptr<Room> room;
  };
  note_hit(Limit::room_history);
  std::lock_guard lock(mutex_);
  std::vector<Candidate> heap;
  for (const auto& [name, room] : rooms_)
    if (room->has_history()) heap.push_back({{room->members() == 0, room->history_octets()}, room});
  std::ranges::make_heap(heap, {}, &Candidate::rank);
  auto most = most_history_.load();
  auto enough = most - most / forgotten_part;
  while (octets_of_histories() > enough && !heap.empty()) {
    std::ranges::pop_heap(heap, {}, &Candidate::rank);
    auto [rank, room] = std::move(heap.back());
    heap.pop_back();
    auto [idle, octets] = rank;
    room->shrink_history(idle ? 0 : octets / 2);
    if (idle) forget_idle(room);
    if (idle || !room->has_history()) continue;
    heap.push_back({{false, room->history_octets()}, room});
    std::ranges::push_heap(heap, {}, &Candidate::rank);
  }
}

void Registry::forget_idle(const std::shared_ptr<Room>& room) {
  std::erase(idle_, room);
  rooms_.erase(room->name());
}

}  // namespace sluice::rooms
