#include "net/connections.hpp"

#include <malloc.h>

#include <algorithm>

#include "net/loop/background.hpp"

namespace sluice::net {
namespace {

/// So many connections leave enough memory behind for giving it back to be worth the time.
constexpr std::size_t crowd = 1000;
/// Deadlines are looked after this often, in milliseconds.
constexpr std::uint64_t sweep_interval = 1000;
/// A turn of the loop looks at so many connections and deals with so many whose time has come; then it is the others'
/// turn, for a millisecond: a crowd that came together goes together.
constexpr std::size_t most_looked_at = 8192;
constexpr std::size_t most_dealt_with = 16;
constexpr std::uint64_t sweep_pause = 1;
/// So often lasting connections are drained, and so many at least.
constexpr std::chrono::milliseconds drain_interval{100};
constexpr std::size_t fewest_drained_at_once = 50;

}  // namespace

Connections::Connections(Loop& loop, const ConnectionLimits& limits) : loop_(loop), limits_(limits) {
  uv_timer_init(loop_.raw(), sweeper_.get());
  sweeper_.get()->data = this;
}

Connections::~Connections() {
  on_room = nullptr;
  when_empty_ = nullptr;
  while (first_) first_->destroy();
}

bool Connections::admit(const Address& peer, bool& counted) const {
  counted = false;
  if (!limits_.admission || (limits_.proxies && contains(*limits_.proxies, peer))) return true;
  return limits_.admission->enter(peer, counted);
}

void Connections::add(int fd, const Address& peer, const Address& local, std::unique_ptr<Protocol> protocol,
                      bool counted) {
  auto* connection = new Connection(*this, fd, peer, local);
  connection->counted_ = counted;
  connection->next_ = first_;
  if (first_) first_->previous_ = connection;
  first_ = connection;
  count_.add();
  if (!sweeping_) {
    sweeping_ = true;
    sweep_in(sweep_interval);
  }
  connection->start(std::move(protocol));
}

const Address* Connections::remember(const Address& address) {
  auto known = std::find(addresses_.begin(), addresses_.end(), address);
  return known != addresses_.end() ? &*known : &addresses_.emplace_back(address);
}

void Connections::remove(Connection& connection) {
  if (connection.previous_) connection.previous_->next_ = connection.next_;
  if (connection.next_) connection.next_->previous_ = connection.previous_;
  if (first_ == &connection) first_ = connection.next_;
  if (sweep_next_ == &connection) sweep_next_ = connection.next_;
  count_.subtract();
  if (connection.counted_ && limits_.admission) limits_.admission->leave(connection.peer_);
  if (ended_.empty()) loop_.at_end_of_turn([this] { ended_.clear(); });
  ended_.emplace_back(&connection);
  if (connection.flush_queued_) std::ranges::replace(to_flush_, &connection, nullptr);
  if (count() == 0 && when_empty_) loop_.at_end_of_turn(std::exchange(when_empty_, nullptr));
  if (on_room) on_room();
}

void Connections::queue_flush(Connection& connection) {
  if (to_flush_.empty()) loop_.at_end_of_turn([this] { run_flushes(); });
  to_flush_.push_back(&connection);
}

/// In the order in which they came: by the time it is their turn, requests have arrived on new connections.
void Connections::run_flushes() {
  for (std::size_t i = 0; i < to_flush_.size(); ++i) {  // one may end others, and others may join
    if (auto* connection = std::exchange(to_flush_[i], nullptr)) connection->finish_turn();
  }
  to_flush_.clear();
}

/// After a crowd has left, its memory lies in the allocator's free lists: the system gets it back. In the thread pool,
/// because that takes milliseconds.
void Connections::give_memory_back() {
  most_ = std::max(most_, count());
  if (most_ < crowd || count() > most_ / 4) return;
  most_ = count();
  if (ended_.empty()) ended_.shrink_to_fit();
  run_in_background(loop_, WorkQueue::open, [] { ::malloc_trim(0); }, [] {});
}

void Connections::sweep_in(std::uint64_t milliseconds) {
  uv_timer_start(sweeper_.get(), [](uv_timer_t* t) { static_cast<Connections*>(t->data)->sweep(); }, milliseconds, 0);
}

/// Begins a round over all connections, or goes on with it.
void Connections::sweep() {
  if (!sweep_next_) {
    give_memory_back();
    sweeping_ = count() > 0;  // an idle daemon sleeps
    if (!sweeping_) return;
    sweep_next_ = first_;
  }
  auto now = loop_.now();
  std::size_t dealt_with = 0;
  for (std::size_t i = 0; sweep_next_ && i < most_looked_at && dealt_with < most_dealt_with; ++i) {
    auto* connection = std::exchange(sweep_next_, sweep_next_->next_);
    if (connection->sweep(now)) ++dealt_with;
  }
  sweep_in(sweep_next_ ? sweep_pause : sweep_interval);
}

void Connections::drain(std::function<void()> when_empty, std::chrono::milliseconds spread) {
  draining_ = true;
  when_empty_ = std::move(when_empty);
  for (auto* connection = first_; connection;) {
    auto* next = connection->next_;
    if (!connection->protocol_->lasting()) connection->drain();
    connection = next;
  }
  drain_within(spread, [](const Protocol& protocol) { return protocol.lasting(); });
  if (count() == 0 && when_empty_) loop_.at_end_of_turn(std::exchange(when_empty_, nullptr));
}

void Connections::drain_obsolete(std::chrono::milliseconds spread) {
  drain_within(spread, [](const Protocol& protocol) { return protocol.obsolete(); });
}

/// Marks the connections `which` speaks of and begins to drain them.
template <class Which>
void Connections::drain_within(std::chrono::milliseconds spread, Which which) {
  std::size_t marked = 0;
  for (auto* connection = first_; connection; connection = connection->next_) {
    connection->to_drain_ |= which(*connection->protocol_);
    marked += connection->to_drain_;
  }
  auto steps = static_cast<std::size_t>(std::max<std::int64_t>(1, spread / drain_interval));
  drained_at_once_ = std::max(fewest_drained_at_once, (marked + steps - 1) / steps);
  drain_some();
}

void Connections::drain_some() {
  next_drain_.reset();
  auto left = drained_at_once_;
  for (auto* connection = first_; connection;) {
    auto* next = connection->next_;
    if (connection->to_drain_ && left-- == 0) {
      next_drain_ = std::make_unique<Timer>(loop_, drain_interval, [this] { drain_some(); });
      return;
    }
    if (connection->to_drain_) connection->drain();
    connection = next;
  }
}

void Connections::abort_all() {
  for (auto* connection = first_; connection; connection = connection->next_) connection->drop();
}

}  // namespace sluice::net
