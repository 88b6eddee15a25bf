#include "websocket/session.hpp"

#include <algorithm>
#include <cstring>

#include "base/limit_hits.hpp"
#include "base/utf8.hpp"
#include "net/open_protocols.hpp"
#include "websocket/message_reader.hpp"
#include "websocket/unfinished.hpp"

namespace sluice::websocket {
namespace {

/// Payloads up to this size are written beside their head in one piece.
constexpr std::size_t small_payload = 64 * 1024;
/// From this size on an echo leaves the read buffer from where it came in: a copy would cost as much as all else of it.
constexpr std::size_t worth_no_copy = 4096;
constexpr std::size_t largest_reason = 123;
/// Input of this size may be thousands of messages: how long it takes is measured.
constexpr std::size_t much_input = 32 * 1024;
/// So many of them are served before somebody looks at the clock.
constexpr int frames_in_a_row = 8;

/// The payload of a frame that is being served where it lies in the read buffer, and the session that serves it. A
/// thread serves one at a time, so that sessions need no room for it.
struct Served {
  const Session* by = nullptr;
  const char* payload = nullptr;
};
thread_local Served served;

/// As much of `reason` as fits into a Close frame, whole characters only.
std::string_view cut_reason(std::string_view reason) {
  if (reason.size() <= largest_reason) return reason;
  auto size = largest_reason;
  while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xc0u) == 0x80u) --size;
  return reason.substr(0, size);
}

std::string close_body(std::uint16_t code, std::string_view reason) {
  if (!may_be_sent(code)) return {};
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(cut_reason(reason));
}

}  // namespace

Session::Session(const Limits& limits, std::unique_ptr<MessageHandler> handler,
                 std::unique_ptr<Compression> compression)
    : limits_(limits), handler_(std::move(handler)), compression_(std::move(compression)) {
  net::note_open(net::OpenProtocol::websocket);
}

Session::~Session() {
  finish(close_code_ ? close_code_ : close_code::abnormal, {}, false);
  net::note_closed(net::OpenProtocol::websocket);
}

void Session::on_open(net::Transport& transport) {
  transport_ = &transport;
  liveness_.begin(transport.now());
  transport.set_deadline(liveness_.until_next(limits_.liveness, transport.now()));
  handler_->on_open(*this);
}

void Session::on_bytes(std::span<char> bytes) {
  liveness_.on_octets(transport_->now());
  // What is still queued here, the kernel did not take: the peer sends faster than it reads.
  if (!paused_ && transport_->pending() > net::output_high_water) {
    paused_ = true;
    update_reading();
  }
  if (bytes.size() < much_input) return serve(bytes, nullptr);
  serve_in_turn(bytes);
}

/// Serves what has been received. What has to wait, and what is left at the end of the share, goes on in a later turn.
void Session::serve(std::span<char> bytes, const net::WorkShare* share) {
  for (unsigned steps = 1; !bytes.empty() && state_ != State::closed; ++steps) {
    bool others_turn = share && steps % 8 == 0 && share->spent();
    if (others_turn || must_wait()) return keep_input(bytes);
    if (reader_ || !take_whole_frames(bytes)) take_pieces(bytes);
  }
}

/// A data frame that is a whole message and breaks no rule. The reader finds out what is wrong with others.
bool Session::may_serve_whole(const FrameHead& head) const {
  bool data = head.opcode == Opcode::text || head.opcode == Opcode::binary;
  bool known_bits = head.rsv == 0 || (head.rsv == 4 && compression_);
  return data && head.fin && head.masked && head.shortest && known_bits && head.length <= limits_.message;
}

/// Serves some whole, unfragmented data frames at the front of `bytes`. False: the next frame is not such a one.
bool Session::take_whole_frames(std::span<char>& bytes) {
  for (int frames = 0; frames < frames_in_a_row && !bytes.empty(); ++frames) {
    auto head = parse_head(bytes);
    if (!head || !may_serve_whole(*head) || head->length > bytes.size() - head->size) return false;
    auto payload = bytes.subspan(head->size, static_cast<std::size_t>(head->length));
    bytes = bytes.subspan(head->size + payload.size());
    take_frame(*head, payload);
    if (must_wait() || state_ == State::closed) break;
  }
  return true;
}

/// Serves one message where it lies.
void Session::take_frame(const FrameHead& head, std::span<char> payload) {
  if (state_ != State::open) return;  // what comes after our Close is dropped
  unmask(payload, head.key);
  bool large = payload.size() >= worth_no_copy;
  if (large) served = {this, payload.data()};
  take_message(head.opcode, {payload.data(), payload.size()}, head.rsv != 0, false);
  if (large) served = {};
}

/// Gives a whole message to the handler. `checked`: its text is known to be UTF-8.
void Session::take_message(Opcode kind, std::string_view payload, bool compressed, bool checked) {
  if (state_ != State::open || too_many()) return;
  note_message();
  if (compressed) return restore(kind, payload);
  give(kind, payload, checked);
}

void Session::give(Opcode kind, std::string_view payload, bool checked) {
  if (kind == Opcode::text && !checked && !valid_utf8(payload)) {
    return fail({close_code::invalid_payload, "text is not UTF-8"});
  }
  handler_->on_message(*this, kind, payload);
}

/// Gives octets to the reader, up to the next thing that happens.
void Session::take_pieces(std::span<char>& bytes) {
  if (!reader_) {
    auto compressed = compression_ ? Compression::most_compressed(limits_.message) : 0;
    reader_ = std::make_unique<MessageReader>(limits_.message, compressed);
  }
  auto event = reader_->read(bytes);
  switch (event.kind) {
    case MessageReader::Event::Kind::none: break;
    case MessageReader::Event::Kind::message:
      take_message(event.opcode, event.payload, event.compressed, !event.compressed);
      break;
    case MessageReader::Event::Kind::control: on_control(event.opcode, event.payload); break;
    case MessageReader::Event::Kind::fault: fail(event.fault); break;
  }
  if (reader_->quiet() || state_ == State::closed) reader_.reset();
}

void Session::on_control(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::close) return on_peer_close(payload);
  // Pongs join the backlog, which is bounded: while it is high no ping is read.
  if (opcode == Opcode::ping && state_ == State::open && !too_many()) write_frame(Opcode::pong, payload);
}

/// Counts a message or ping of the peer; fails the connection of one that sends too many.
bool Session::too_many() {
  if (limits_.rate.count == 0 || rate_.take(limits_.rate, transport_->now())) return false;
  note_hit(Limit::websocket_rate);
  fail({close_code::policy_violation, "too many messages"});
  return true;
}

void Session::on_peer_close(std::string_view payload) {
  CloseBody body;
  if (auto fault = parse_close(payload, body)) return fail(*fault);
  if (state_ == State::open) write_frame(Opcode::close, close_body(body.code, {}));
  finish(body.code, body.reason, true);
  transport_->close();  // the server ends TCP first (RFC 6455 §7.1.1)
}

/// Fails the connection (RFC 6455 §7.1.7): says why and does not wait for an answer.
void Session::fail(const Fault& fault) {
  if (fault.code == close_code::message_too_big) note_hit(Limit::websocket_message);
  if (state_ == State::open) write_frame(Opcode::close, close_body(fault.code, fault.reason));
  finish(fault.code, fault.reason, false);
  transport_->close();
}

void Session::finish(std::uint16_t code, std::string_view reason, bool clean) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  if (transport_) handler_->on_close(*this, code, reason, clean);
}

void Session::send(Opcode kind, std::string_view payload) {
  if (state_ != State::open) return;
  note_message();
  bool compress = compression_ && compression_->worthwhile(payload.size());
  if (compress || output_waits()) return send_in_turn({kind, compress, payload});
  bool lies_there = payload.size() >= worth_no_copy && payload.data() == served.payload && served.by == this;
  if (lies_there) return write_in_place(kind, payload);
  write_frame(kind, payload);
}

/// The head of the peer's frame stands before the payload: ours is shorter by the masking key.
void Session::write_in_place(Opcode opcode, std::string_view payload) {
  char head[largest_sent_head];
  auto size = write_head(head, opcode, payload.size(), true, false);
  auto* begin = const_cast<char*>(payload.data()) - size;
  std::memcpy(begin, head, size);
  transport_->write_borrowed({begin, size + payload.size()});
  served = {};  // what has been queued must stay as it is
}

void Session::send(const std::shared_ptr<const SharedMessage>& message) {
  if (state_ != State::open) return;
  note_message();
  bool compress = compression_ && compression_->worthwhile(message->payload().size());
  if (!output_waits()) {
    if (!compress) return transport_->write_shared(message, message->frame());
    bool ready = compression_->shareable() && message->is_compressed();
    if (ready) return transport_->write_shared(message, message->compressed_frame());
  }
  send_in_turn({message->kind(), compress, message->payload(), message});
}

void Session::write_frame(Opcode opcode, std::string_view payload, bool compressed) {
  bool small = payload.size() <= small_payload;
  auto* to = transport_->reserve(largest_sent_head + (small ? payload.size() : 0));
  auto size = write_head(to, opcode, payload.size(), true, compressed);
  if (!small) {
    transport_->commit(size);
    return transport_->write(payload);
  }
  if (!payload.empty()) std::memcpy(to + size, payload.data(), payload.size());
  transport_->commit(size + payload.size());
}

void Session::close(std::uint16_t code, std::string_view reason) {
  if (state_ != State::open) return;
  auto body = close_body(code, reason);
  if (output_waits()) {
    send_in_turn({Opcode::close, false, body});
  } else {
    write_frame(Opcode::close, body);
  }
  close_code_ = code;
  state_ = State::closing;
  transport_->set_deadline(limits_.close_wait);
}

void Session::on_eof() {
  if (state_ == State::closed) return;
  if (paused_ || held_ || unfinished_) return;  // there is more to read before the end, which will be noticed again
  finish(close_code_ ? close_code_ : close_code::abnormal, {}, false);
  transport_->close();
}

void Session::hold_reading(bool held) {
  held_ = held;
  if (!held && unfinished_ && !unfinished_->waits()) return go_on();
  update_reading();
}

void Session::update_reading() {
  if (paused_ || held_ || unfinished_) {
    transport_->pause_reading();
  } else {
    transport_->resume_reading();
  }
}

void Session::on_writable() {
  if (paused_) {
    paused_ = false;
    update_reading();
  }
  if (state_ == State::open) handler_->on_writable(*this);
}

void Session::on_deadline() {
  if (state_ == State::open) return look_after_peer();
  if (state_ != State::closing) return;
  finish(close_code_, {}, false);
  if (transport_->pending() > 0) return transport_->abort();  // it reads nothing, not even our Close frame
  transport_->close(false);                                   // it has had its time
}

void Session::send_ping() {
  auto delivery = transport_->delivery();
  auto end = static_cast<std::uint32_t>(delivery.confirmed + delivery.outstanding);
  confirmed_ = static_cast<std::uint32_t>(delivery.confirmed);
  backlog_end_ = delivery.outstanding > 0 ? std::max(end, 1u) : 0;
  write_frame(Opcode::ping, {});
}

/// A ping stands behind everything else that was sent, and a slow line needs its time for that: who takes some of it is
/// there. Once its system has confirmed all of it the peer has its time for the answer once more.
bool Session::reads_what_came_before_the_ping() {
  if (backlog_end_ == 0) return false;
  auto before = std::exchange(confirmed_, static_cast<std::uint32_t>(transport_->delivery().confirmed));
  if (static_cast<std::int32_t>(confirmed_ - backlog_end_) < 0) return confirmed_ != before;
  backlog_end_ = 0;
  return true;
}

/// Asks a quiet peer whether it is still there, and ends what has lasted long enough.
void Session::look_after_peer() {
  auto now = transport_->now();
  if (paused_ || held_ || unfinished_) liveness_.on_octets(now);  // whatever it sends, we do not read it
  switch (liveness_.due(limits_.liveness, now)) {
    case Liveness::Due::nothing: break;
    case Liveness::Due::ping: send_ping(); break;
    case Liveness::Due::dead:
      if (reads_what_came_before_the_ping()) {
        liveness_.wait_on(now);
        break;
      }
      finish(close_code::abnormal, "no answer to a ping", false);
      return transport_->abort();
    case Liveness::Due::idle: return close(close_code::going_away, "idle");
    case Liveness::Due::old: return close(close_code::going_away, "open for long enough");
  }
  transport_->set_deadline(liveness_.until_next(limits_.liveness, now));
}

void Session::drain() { close(obsolete() ? close_code::service_restart : close_code::going_away); }

}  // namespace sluice::websocket
