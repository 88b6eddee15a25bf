#include "rooms/hub.hpp"

#include <cassert>
#include <chrono>

namespace sluice::rooms {
namespace {

thread_local Hub* hub_of_thread = nullptr;

/// How often it is looked whether all workers have caught up.
constexpr std::chrono::milliseconds congestion_interval{10};

/// What a message weighs in an inbox.
std::size_t weight(const Post& post) { return post.message->frame().size() + 64; }

}  // namespace

Member::~Member() {
  if (room_) leave();
}

const Room& Member::room() const { return *room_->room; }

void Member::publish(Message message, bool to_self, bool kept) const {
  const auto& room = room_->room;
  room->publish(room, std::move(message), to_self ? nullptr : this, kept);
  hub_->registry_.bound_histories();
}

std::shared_ptr<Room> Member::leave() { return hub_->remove(*this); }

Hub::Hub(net::Loop& loop, Registry& registry) : loop_(loop), registry_(registry) {}

Hub::~Hub() {
  if (hub_of_thread == this) hub_of_thread = nullptr;
}

void Hub::enter_thread() { hub_of_thread = this; }

Hub& Hub::current() {
  assert(hub_of_thread);
  return *hub_of_thread;
}

HistoryRange Hub::join(const std::string& name, Member& member, std::size_t history) {
  registry_.bound_histories();  // forms that were made for those who came before count, too
  Room::Entrance entrance;
  auto room = registry_.enter(name, *this, history, entrance);
  auto& local = rooms_[room.get()];
  if (!local) local = std::make_unique<LocalRoom>(std::move(room));
  member.hub_ = this;
  member.room_ = local.get();
  member.index_ = local->members.size();
  member.since_ = entrance.last_number;
  local->members.push_back(&member);
  return entrance.past;
}

std::shared_ptr<Room> Hub::remove(Member& member) {
  auto& local = *std::exchange(member.room_, nullptr);
  local.members.back()->index_ = member.index_;
  local.members[member.index_] = local.members.back();
  local.members.pop_back();
  auto room = local.room;
  if (local.members.empty()) rooms_.erase(room.get());
  registry_.leave(room, *this);
  return room;
}

std::size_t Hub::publish(const std::string& name, Message message) {
  auto room = registry_.find(name);
  if (!room) return 0;
  auto members = room->publish(room, std::move(message), nullptr, true);
  registry_.bound_histories();
  return members;
}

void Hub::put(const std::shared_ptr<Room>& room, const Post& post) {
  bool first = false;
  {
    std::lock_guard lock(inbox_mutex_);
    first = inbox_.empty();
    inbox_.push_back({room, post});
  }
  weigh(post, true);
  if (!first) return;
  auto task = [weak = std::weak_ptr(self_)] {
    if (auto self = weak.lock()) (*self)->empty_inbox();
  };
  if (hub_of_thread == this) {
    loop_.at_end_of_turn(task);
  } else {
    loop_.post(task);
  }
}

/// Counts a message that comes into the inbox or leaves it, and says when the high water is passed.
void Hub::weigh(const Post& post, bool comes) {
  auto size = weight(post);
  auto before = comes ? queued_octets_.fetch_add(size) : queued_octets_.fetch_sub(size);
  auto after = comes ? before + size : before - size;
  if ((before > inbox_high_water) != (after > inbox_high_water)) registry_.note_behind(comes);
}

void Hub::empty_inbox() {
  std::vector<Delivery> deliveries;
  {
    std::lock_guard lock(inbox_mutex_);
    deliveries.swap(inbox_);
  }
  for (const auto& [room, post] : deliveries) {
    weigh(post, false);
    auto local = rooms_.find(room.get());
    if (local == rooms_.end()) continue;
    auto& members = local->second->members;
    // Backwards: a member that leaves puts the last one, which has been served, in its place. When the last
    // of all leaves, the room goes with it.
    for (auto i = members.size(); i-- > 0;) {
      auto& member = *members[i];
      if (post.number > member.since_ && post.sender != &member) member.deliver(post);
    }
  }
}

void Hub::when_clear(const void* who, std::function<void()> resume) {
  waiting_.emplace_back(who, std::move(resume));
  if (!congestion_timer_) watch_congestion();
}

void Hub::forget(const void* who) {
  std::erase_if(waiting_, [who](const auto& waiting) { return waiting.first == who; });
}

void Hub::watch_congestion() {
  congestion_timer_ = std::make_unique<net::Timer>(loop_, congestion_interval, [this] {
    if (congested()) return watch_congestion();
    congestion_timer_.reset();
    for (auto count = waiting_.size(); count > 0 && !waiting_.empty(); --count) {
      auto resume = std::move(waiting_.front().second);
      waiting_.erase(waiting_.begin());
      resume();
    }
  });
}

}  // namespace sluice::rooms
