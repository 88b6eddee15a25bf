#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/rate.hpp"
#include "net/protocol.hpp"
#include "websocket/deflate.hpp"
#include "websocket/frame.hpp"
#include "websocket/liveness.hpp"
#include "websocket/shared_message.hpp"

namespace sluice::websocket {

class MessageReader;
class Session;
class Unfinished;
struct Outgoing;

/// What a session allows its peer. Part of an endpoint's configuration.
struct Limits {
  std::uint64_t message = 1 << 20;             // octets of one message; a larger one closes 1009
  std::chrono::milliseconds close_wait{5000};  // for the peer's answer to our Close frame
  LivenessLimits liveness{};
  Rate rate{};  // of messages and pings; more close 1008
};

/// What is done with the messages of one session. Owned by the session; called on its thread, never after
/// on_close().
class MessageHandler {
 public:
  virtual ~MessageHandler() = default;

  /// The handshake is done; messages may be sent.
  virtual void on_open(Session&) {}
  /// A whole message, `kind` text (valid UTF-8) or binary. `payload` is only valid during the call.
  virtual void on_message(Session& session, Opcode kind, std::string_view payload) = 0;
  /// All that was queued has been sent, and Session::want_writable() had asked to be told; or much of it was.
  virtual void on_writable(Session&) {}
  /// The session is over; nothing can be sent any more. `code` and `reason` are what the peer's Close frame
  /// said, else what ours said, else 1006. `clean`: Close frames went both ways.
  virtual void on_close(Session&, std::uint16_t /*code*/, std::string_view /*reason*/, bool /*clean*/) {}
  /// What the session was opened for is gone from the configuration.
  virtual bool obsolete() const { return false; }
};

/// One WebSocket connection after its handshake (RFC 6455). Owned by the connection that carries it, ends
/// with it. Whole data frames in the read buffer are served where they lie; a MessageReader takes whatever is
/// in pieces, and exists only as long as something is half read: a quiet session holds no buffer. What takes long is
/// done in turns: see Unfinished. One thread.
class Session final : public net::Protocol {
 public:
  /// `limits` must live as long as the session: `handler` keeps them alive. `compression` is null where none
  /// was agreed on.
  Session(const Limits& limits, std::unique_ptr<MessageHandler> handler,
          std::unique_ptr<Compression> compression = nullptr);
  ~Session() override;

  /// Sends one message. May be called at any time on the session's thread; after the close it does nothing.
  void send(Opcode kind, std::string_view payload);
  void send_text(std::string_view text) { send(Opcode::text, text); }
  void send_binary(std::string_view octets) { send(Opcode::binary, octets); }
  /// Sends one message of many, without a copy.
  void send(const std::shared_ptr<const SharedMessage>& message);
  /// Begins the closing handshake (RFC 6455 §7.1.2). `reason` is cut to what fits into a Close frame.
  void close(std::uint16_t code, std::string_view reason = {});

  /// Messages can be sent.
  bool open() const { return state_ == State::open; }
  /// Octets queued for the peer and not yet sent.
  std::size_t backlog() const;
  /// The handler's on_writable() will be called when the backlog, which is not empty, has been sent.
  void want_writable() { transport_->want_writable(); }
  /// While `held` nothing is read from the peer, whatever else, and what has been read is not served.
  void hold_reading(bool held);
  const net::Transport& transport() const { return *transport_; }

  void on_open(net::Transport& transport) override;
  void on_bytes(std::span<char> bytes) override;
  void on_eof() override;
  void on_writable() override;
  void on_deadline() override;
  void drain() override;
  bool lasting() const override { return true; }
  bool obsolete() const override { return handler_->obsolete(); }

 private:
  enum class State : std::uint8_t {
    open,
    closing,  // our Close frame is out, the peer's is awaited
    closed,   // nothing more is read or written
  };

  friend class Unfinished;

  void serve(std::span<char> bytes, const net::WorkShare* share);
  bool take_whole_frames(std::span<char>& bytes);
  bool may_serve_whole(const FrameHead& head) const;
  void take_frame(const FrameHead& head, std::span<char> payload);
  void take_pieces(std::span<char>& bytes);
  void take_message(Opcode kind, std::string_view payload, bool compressed, bool checked);
  void give(Opcode kind, std::string_view payload, bool checked);
  void on_control(Opcode opcode, std::string_view payload);
  void on_peer_close(std::string_view payload);
  void fail(const Fault& fault);
  void finish(std::uint16_t code, std::string_view reason, bool clean);
  void update_reading();
  bool too_many();
  void note_message() {
    if (limits_.liveness.idle.count() > 0) liveness_.on_message(transport_->now());
  }
  void look_after_peer();
  void send_ping();
  bool reads_what_came_before_the_ping();
  void write_frame(Opcode opcode, std::string_view payload, bool compressed = false);
  void write_in_place(Opcode opcode, std::string_view payload);

  Unfinished& unfinished();
  bool must_wait() const;
  bool output_waits() const;
  net::TurnBudget& budget() const;
  void put_off();
  void go_on();
  void serve_in_turn(std::span<char> bytes);
  void keep_input(std::span<const char> bytes);
  void restore(Opcode kind, std::string_view payload);
  bool go_on_restoring();
  void take_restored(Compression::Inflated result, Opcode kind, std::string_view payload);
  void send_in_turn(Outgoing message);
  bool compress(Outgoing& message, const net::WorkShare& share);
  void write(const Outgoing& message);
  bool send_waiting();

  net::Transport* transport_ = nullptr;
  const Limits& limits_;
  std::unique_ptr<MessageHandler> handler_;
  std::unique_ptr<MessageReader> reader_;
  std::unique_ptr<Compression> compression_;
  std::unique_ptr<Unfinished> unfinished_;
  // Octets of output, counted from the beginning, modulo 2^32.
  std::uint32_t confirmed_ = 0;    // when a ping was sent or its answer was due
  std::uint32_t backlog_end_ = 0;  // of what stood before that ping; 0: nothing did
  Liveness liveness_;
  RateMeter rate_;
  std::uint16_t close_code_ = 0;  // of our Close frame
  State state_ = State::open;
  bool paused_ = false;  // because the peer does not read
  bool held_ = false;    // by the handler
};

}  // namespace sluice::websocket
