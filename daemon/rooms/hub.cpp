#include "rooms/hub.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace sluice::rooms {
namespace {

thread_local Hub* hub_of_thread = nullptr;

/// How often it is looked whether all workers have caught up.
constexpr std::chrono::milliseconds congestion_interval{10};

/// The time that a member costs which is sent something, most of it the kernel's, and a message for it; measured on
/// loopback. What is large costs the time of copying it, too.
constexpr std::chrono::nanoseconds time_of_member{3000}, time_of_message{300};
constexpr std::size_t octets_in_a_nanosecond = 4;
/// A room has so many members served in its turn.
constexpr int members_in_a_row = 64;

/// What a message weighs for `members`. In the time of a delivery 256 octets might be copied, with all that it takes.
std::size_t weight_of(const Post& post, std::size_t members) {
  auto size = post.message->frame().size();
  return size + 64 + members * (256 + size / 16);
}

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
  registry_.note_weight(weight_, 0);
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
  if (!local) {
    local = std::make_shared<LocalRoom>();
    local->room = std::move(room);
  }
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
  if (local.members.empty()) rooms_.erase(room.get());  // while it is among the busy ones it stays there
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

void Hub::put(const std::shared_ptr<Room>& room, const Post& post, std::size_t members) {
  auto weight = weight_of(post, members);
  bool first = false;
  {
    std::lock_guard lock(inbox_mutex_);
    first = inbox_.empty();
    inbox_.push_back({room, post, weight});
  }
  add_weight(weight);
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

void Hub::add_weight(std::size_t weight) {
  auto before = weight_.fetch_add(weight);
  registry_.note_weight(before, before + weight);
}

void Hub::take_weight(std::size_t weight) {
  auto before = weight_.fetch_sub(weight);
  registry_.note_weight(before, before - weight);
}

/// Takes what was published to the rooms, and delivers it unless older messages wait already.
void Hub::empty_inbox() {
  std::vector<Delivery> deliveries;
  {
    std::lock_guard lock(inbox_mutex_);
    deliveries.swap(inbox_);
  }
  for (auto& [room, post, weight] : deliveries) {
    auto local = rooms_.find(room.get());
    if (local == rooms_.end()) {
      take_weight(weight);
      continue;
    }
    auto& waiting = local->second->waiting;
    if (waiting.empty()) busy_.push_back(local->second);
    waiting.push_back({std::move(post), weight});
  }
  if (!waits()) go_on();
}

/// Delivers for half of the turn's budget at most; the rest is for those that compress.
void Hub::go_on() {
  auto& budget = loop_.budget();
  auto end = std::max(budget.left() - net::TurnBudget::whole_turn / 2, net::TurnBudget::Time::zero());
  while (!busy_.empty() && budget.left() > end) deliver_in_turn();
  if (!busy_.empty()) loop_.go_on_first(*this);
}

/// The room whose turn it is serves some of its members.
void Hub::deliver_in_turn() {
  auto room = std::move(busy_.front());
  busy_.pop_front();
  if (deliver_some(*room)) busy_.push_back(std::move(room));
}

/// Whether there is more to deliver.
bool Hub::deliver_some(LocalRoom& room) {
  for (int i = 0; i < members_in_a_row && !loop_.budget().spent(); ++i) {
    if (room.round == 0) {
      room.round = room.waiting.size();
      room.unserved = room.members.size();
    }
    room.unserved = std::min(room.unserved, room.members.size());
    if (room.unserved > 0) deliver_to(room, *room.members[room.unserved - 1]);
    if (room.unserved == 0) end_round(room);
    if (room.waiting.empty()) return false;
  }
  return true;
}

/// Gives a member what it lacks of this round. It may leave at any message; where the budget ends it goes on later.
void Hub::deliver_to(LocalRoom& room, Member& member) {
  auto& budget = loop_.budget();
  auto end = room.waiting.begin() + static_cast<std::ptrdiff_t>(room.round);
  auto next = std::upper_bound(room.waiting.begin(), end, member.since_,
                               [](std::uint64_t number, const auto& waiting) { return number < waiting.post.number; });
  if (next != end) budget.spend(time_of_member);
  for (; next != end; ++next) {
    if (budget.spent()) return;
    const auto& post = next->post;
    member.since_ = post.number;
    if (post.sender == &member) continue;
    budget.spend(time_of_message + std::chrono::nanoseconds(post.message->frame().size() / octets_in_a_nanosecond));
    member.deliver(post);
    if (member.room_ != &room) return;  // another one is in its place, which has everything, or none
  }
  --room.unserved;
}

void Hub::end_round(LocalRoom& room) {
  for (; room.round > 0; --room.round) {
    take_weight(room.waiting.front().weight);
    room.waiting.pop_front();
  }
}

void Hub::when_clear(const void* who, std::function<void()> resume) {
  waiting_.emplace_back(who, std::move(resume));
  if (!congestion_timer_) watch_congestion();
}

void Hub::forget(const void* who) {
  std::erase_if(waiting_, [who](const auto& waiting) { return waiting.first == who; });
}

/// Those that have waited longest go on first, until there is enough to deliver again.
void Hub::watch_congestion() {
  congestion_timer_ = std::make_unique<net::Timer>(loop_, congestion_interval, [this] {
    congestion_timer_.reset();
    for (auto count = waiting_.size(); count > 0 && !waiting_.empty() && !congested(); --count) {
      auto resume = std::move(waiting_.front().second);
      waiting_.pop_front();
      resume();
    }
    if (!waiting_.empty() && !congestion_timer_) watch_congestion();
  });
}

}  // namespace sluice::rooms
