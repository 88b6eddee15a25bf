#include "net/connection.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/limit_hits.hpp"
#include "logging/log.hpp"
#include "net/connections.hpp"
#include "net/file/cold_send.hpp"
#include "net/socket/socket.hpp"

namespace sluice::net {

class Connection::Event {
 public:
  explicit Event(Connection& connection) : connection_(connection) { ++connection_.nested_; }
  ~Event() {
    if (--connection_.nested_ == 0) connection_.finish_event();
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

 private:
  Connection& connection_;
};

Connection::Connection(Connections& owner, int fd, const Address& peer, const Address& local)
    : owner_(owner), outbox_(owner.loop().blocks()), peer_(peer), local_(local), channel_(fd) {}

Connection::~Connection() = default;

std::uint64_t Transport::now() { return loop().now(); }

Loop& Connection::loop() { return owner_.loop(); }

inline void Connection::on_readable() {
  if (state_ == State::lingering || state_ == State::closing) return drop_input();
  if (paused_) {  // only the peer's end wakes us here, and it counts when all before it has been read
    unwant(peer_ended);
    if (channel_.has_unread()) return;
    return protocol_->on_eof();
  }
  auto buffer = loop().read_buffer();
  auto received = channel_.receive(buffer.data(), buffer.size());
  if (received > 0) return protocol_->on_bytes(buffer.first(static_cast<std::size_t>(received)));
  if (received == 0) {
    unwant(readable);  // the end of input stays readable: it must not wake us again and again
    return protocol_->on_eof();
  }
  if (errno != EAGAIN && errno != EINTR) fail();
}

void Connection::start(std::unique_ptr<Protocol> protocol) {
  protocol_ = std::move(protocol);
  want(readable);
  ++nested_;
  protocol_->on_open(*this);
  --nested_;
  keep_borrowed();
  queue_finish();
}

/// The first request often arrives right behind the connection: reading when everything else of the turn is done saves
/// another turn, and for a connection of one request the epoll_ctl as well.
void Connection::finish_turn() {
  flush_queued_ = false;
  Event event(*this);
  if (std::exchange(begun_, true) || state_ != State::open || paused_) return;
  loop().count_look();
  on_readable();
}

/// Tells the loop what has changed since the last callback; most callbacks change nothing.
void Connection::apply_watch() {
  if (wanted_ == watched_ && watch_.active()) return;
  watched_ = wanted_;
  if (!watch_.wait_for(loop(), channel_.fd(), wanted_, *this)) state_ = State::closed;
}

void Connection::on_ready(int events) {
  if (state_ == State::closed) return;  // it ends with this turn
  Event event(*this);
  if (events & (failed | broken)) return fail();
  if (events & writable) flush();
  if (state_ == State::closed) return;
  bool waits = paused_ && state_ == State::open;  // by what flush() has called, for example
  if (events & peer_ended || (events & readable && !waits)) on_readable();
}

/// The peer is gone for good.
void Connection::fail() {
  if (state_ == State::open) protocol_->on_eof();
  drop();
}

void Connection::adopt_replacement() {
  while (replacement_ && state_ == State::open) {  // a protocol may be replaced by its first octets
    protocol_ = std::move(replacement_);
    auto unread = std::move(unread_);
    protocol_->on_open(*this);
    if (owner_.draining() || protocol_->obsolete()) protocol_->drain();
    if (unread && state_ == State::open) protocol_->on_bytes({unread->data(), unread->size()});
    keep_borrowed();  // it may be of `unread`
  }
}

void Connection::drop_input() {
  auto buffer = loop().read_buffer();
  auto received = channel_.receive(buffer.data(), buffer.size());
  if (received > 0 || (received < 0 && (errno == EAGAIN || errno == EINTR))) return;
  if (state_ == State::closing && received == 0 && !outbox_.empty()) {
    unwant(readable);  // the peer has finished sending; it may still read
    return;
  }
  drop();
}

void Connection::touch() {
  if (state_ != State::closed) queue_finish();
}

/// Within a callback finish_event() comes at its end; else it comes at the end of the loop's turn, so that nothing
/// is destroyed under a caller.
void Connection::queue_finish() {
  if (nested_ || flush_queued_) return;
  flush_queued_ = true;
  owner_.queue_flush(*this);
}

char* Connection::reserve(std::size_t size) { return outbox_.reserve(size); }

void Connection::commit(std::size_t size) {
  outbox_.commit(size);
  touch();
}

void Connection::write(std::string_view bytes) {
  outbox_.append(bytes);
  touch();
}

void Connection::write_borrowed(std::string_view bytes) {
  if (nested_ == 0) return write(bytes);
  outbox_.append_borrowed(bytes);
  borrows_ = true;
}

void Connection::keep_borrowed() {
  if (!borrows_) return;
  borrows_ = false;
  outbox_.keep_borrowed();
}

void Connection::write_shared(std::shared_ptr<const void> owner, std::string_view bytes) {
  outbox_.append_shared(std::move(owner), bytes);
  touch();
}

void Connection::write_file(std::shared_ptr<const OpenFile> file, std::uint64_t offset, std::uint64_t length) {
  outbox_.append_file(std::move(file), offset, length);
  touch();
}

Transport::Delivery Connection::delivery() const {
  auto kernel = delivery_of(channel_.fd());
  if (kernel) kernel->outstanding += outbox_.size();
  return kernel.value_or(Delivery{});
}

void Connection::pause_reading() {
  if (paused_ || state_ != State::open) return;
  paused_ = true;
  unwant(readable);
  want(peer_ended);
  touch();
}

void Connection::resume_reading() {
  if (!paused_ || state_ != State::open) return;
  paused_ = false;
  unwant(peer_ended);
  want(readable);
  touch();
}

bool Connection::set_peer(const Address& peer) {
  auto* admission = owner_.limits().admission;
  if (admission && counted_) admission->leave(peer_);
  peer_ = peer;
  return owner_.admit(peer_, counted_);
}

void Connection::probe_peer() { net::probe_peer(channel_.fd()); }

void Connection::set_deadline(std::chrono::milliseconds after) {
  deadline_ = after.count() > 0 ? loop().now() + static_cast<std::uint64_t>(after.count()) : 0;
}

void Connection::close(bool linger) {
  if (state_ != State::open) return;
  state_ = State::closing;
  linger_ = linger;
  deadline_ = 0;
  touch();
}

/// Without SO_LINGER the kernel would go on keeping, and offering, what a peer that reads nothing has not taken.
void Connection::abort() {
  if (state_ == State::closed) return;
  linger nothing{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(channel_.fd(), SOL_SOCKET, SO_LINGER, &nothing, sizeof nothing);
  drop();
}

/// What the kernel has taken already it may still deliver.
void Connection::drop() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  outbox_.clear();
  queue_finish();
}

void Connection::replace_protocol(std::unique_ptr<Protocol> next, std::string_view unread) {
  replacement_ = std::move(next);
  if (!unread.empty()) unread_ = std::make_unique<std::string>(unread);
}

void Connection::drain() {
  to_drain_ = false;
  Event event(*this);
  if (state_ == State::open) protocol_->drain();
}

/// By the peer, or by the file system that a part of the response comes from.
bool Connection::is_stalled(std::uint64_t now) const {
  auto patience = sending_ ? owner_.limits().file_idle : owner_.limits().write_idle;
  std::chrono::milliseconds waited{};
  if (sending_) {
    waited = sending_->quiet_for(now);
  } else if (write_progress_ != 0) {
    waited = std::chrono::milliseconds(now - write_progress_);
  }
  return patience.count() > 0 && waited > patience;
}

bool Connection::sweep(std::uint64_t now) {
  bool stalled = is_stalled(now);
  bool late = deadline_ != 0 && now >= deadline_;
  if (!stalled && !late) return false;
  Event event(*this);
  if (stalled) {
    note_hit(sending_ ? Limit::file_system_timeout : Limit::write_timeout);
    if (sending_ && !logging::said_lately("the content of a file does not come")) {
      logging::warning(
          "the file system of `" + name_of(sending_->file()) +
          "`, for example, does not answer within server.timeouts.file_system. Clients that have received a part "
          "of a file are disconnected. Check the network and the disk");
    }
    abort();
  } else {
    deadline_ = 0;
    if (state_ == State::open) {
      protocol_->on_deadline();
    } else {
      drop();  // lingered long enough
    }
  }
  return true;
}

/// Of so much at most a quarter can lie in the kernel: the peer has read the rest.
constexpr std::uint64_t proof_of_reading = 1 << 20;

inline void Connection::note_taken(std::uint64_t octets) {
  bool proven = sent_ >= proof_of_reading;
  sent_ += octets;
  if (!proven && sent_ >= proof_of_reading) let_kernel_take_more(channel_.fd());
}

void Connection::flush() {
  if (outbox_.empty() || sending_) return;
  auto before = outbox_.size();
  above_high_water_ |= before > output_high_water;
  auto progress = outbox_.flush(channel_, loop().now(), state_ == State::closing);
  if (outbox_.size() < before || write_progress_ == 0) write_progress_ = loop().now();
  note_taken(before - outbox_.size());
  after_flush(progress);
}

void Connection::after_flush(Outbox::Progress progress) {
  switch (progress) {
    case Outbox::Progress::failed:  // a reset, so that nobody takes for whole what was sent
      if (state_ == State::open) protocol_->on_eof();
      return abort();
    case Outbox::Progress::done:
      unwant(writable);
      write_progress_ = 0;
      break;
    case Outbox::Progress::blocked:
    case Outbox::Progress::yielded: want(writable); break;
    case Outbox::Progress::cold: send_cold(); break;
  }
  if (sent_wanted_ && outbox_.empty()) {
    sent_wanted_ = false;
    protocol_->on_sent();
  }
  bool drained = writable_wanted_ && outbox_.empty();
  if (drained || (above_high_water_ && outbox_.size() <= output_high_water / 2)) {
    above_high_water_ = false;
    if (drained) writable_wanted_ = false;
    if (state_ == State::open) protocol_->on_writable();
  }
}

/// The next octets lie on a disk: the thread pool sends them, and the loop goes on with other connections.
void Connection::send_cold() {
  unwant(writable);
  sending_ = ColdSend::start(loop(), channel_, outbox_.cold_part(), [this](ssize_t sent) { on_cold_sent(sent); });
}

void Connection::on_cold_sent(ssize_t sent) {
  sending_.reset();
  if (state_ == State::closed) return;  // it ends with this turn
  Event event(*this);
  write_progress_ = loop().now();
  above_high_water_ |= outbox_.size() > output_high_water;  // written meanwhile, without a flush that would note it
  auto before = outbox_.size();
  auto progress = outbox_.take_sent(sent);
  note_taken(before - outbox_.size());
  if (progress == Outbox::Progress::done && !outbox_.empty()) return flush();
  after_flush(progress);
}

/// The way of most events: a few octets in memory, which the socket takes at once, and nothing else to do. Few calls
/// deep, because the processor does not know the way back from calls any more when it comes out of the kernel. False:
/// there is more, and finish_event() does it; asking the socket for more than it takes would be a call in vain.
inline bool Connection::finish_small_event() {
  bool plain = state_ == State::open && !replacement_ && !sending_ && !writable_wanted_ && !sent_wanted_ &&
               !above_high_water_ && write_progress_ == 0 && wanted_ == watched_ && watch_.active() &&
               !(wanted_ & writable);
  if (!plain) return false;
  if (outbox_.empty()) return true;
  auto octets = outbox_.size();
  if (octets > taken_at_once) return false;
  bool sent = outbox_.send_few(channel_);
  note_taken(octets - outbox_.size());
  if (sent) borrows_ = false;
  return sent;
}

void Connection::finish_event() {
  if (finish_small_event()) return;
  if (state_ == State::closed) return destroy();
  ++nested_;  // the protocol may be called from here and may write more
  adopt_replacement();
  auto can_send = [this] { return !outbox_.empty() && !sending_; };
  for (int rounds = 0; rounds < 4 && can_send() && !(wanted_ & writable); ++rounds) flush();
  keep_borrowed();
  if (can_send()) want(writable);  // others should have their turn
  if (state_ == State::closing && outbox_.empty()) end_our_side();
  if (state_ != State::closed) apply_watch();
  --nested_;
  if (state_ == State::closed) destroy();
}

void Connection::end_our_side() {
  // Also where close() follows at once: what the kernel held back for the FIN goes out with it, while close() would
  // throw it away if the peer has sent something that nobody has read.
  ::shutdown(channel_.fd(), SHUT_WR);
  if (!linger_) {
    state_ = State::closed;
    return;
  }
  state_ = State::lingering;
  wanted_ = readable;
  set_deadline(owner_.limits().linger);
}

void Connection::destroy() {
  state_ = State::closed;
  protocol_.reset();
  replacement_.reset();
  outbox_.clear();
  watch_.stop();
  if (sending_) {
    std::exchange(sending_, nullptr)->abandon();
  } else {
    ::close(channel_.fd());
  }
  owner_.remove(*this);
}

}  // namespace sluice::net
