#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop/loop.hpp"
#include "net/protocol.hpp"
#include "net/socket/address.hpp"
#include "websocket/session.hpp"

/// A client's half of a WebSocket conversation, by bytes, for tests.
namespace sluice::websocket::test {

/// A transport that keeps what is written and notes what else was asked of it.
class FakeTransport final : public net::Transport {
 public:
  char* reserve(std::size_t size) override {
    room_.resize(size);
    return room_.data();
  }
  void commit(std::size_t size) override { output.append(room_, 0, size); }
  void write(std::string_view bytes) override { output += bytes; }
  void write_borrowed(std::string_view bytes) override {
    borrowed_.push_back({output.size(), bytes});
    output += bytes;
  }
  /// The callback has returned: what was borrowed is sent as it lies there by now.
  void end_callback() {
    for (auto [at, bytes] : borrowed_) output.replace(at, bytes.size(), bytes);
    borrowed_.clear();
  }
  void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) override {
    output += bytes;
    shared.push_back(std::move(owner));
    if (kernel_is_full) unsent += bytes.size();
  }
  void write_file(std::shared_ptr<const net::OpenFile>, std::uint64_t, std::uint64_t) override {}
  std::size_t pending() const override { return unsent; }
  Delivery delivery() const override { return delivered; }
  void want_writable() override { writable_wanted = true; }
  void pause_reading() override { paused = true; }
  void resume_reading() override { paused = false; }
  void set_deadline(std::chrono::milliseconds after) override { deadline = after; }
  void close(bool linger) override {
    closed = true;
    lingers = linger;
  }
  void abort() override { aborted = true; }
  void replace_protocol(std::unique_ptr<net::Protocol>, std::string_view) override {}
  const net::Address& peer() const override { return address_; }
  const net::Address& local() const override { return address_; }
  bool secure() const override { return false; }
  net::Loop& loop() override {
    if (!loop_) loop_ = std::make_unique<net::Loop>();
    return *loop_;
  }
  std::uint64_t now() override { return time; }
  /// Lets a session that has used up its turn go on.
  void run_turns() {
    for (int turns = 0; loop_ && paused && turns < 1000; ++turns) loop_->run_once();
  }

  std::uint64_t time = 1000;  // milliseconds
  std::string output;
  std::size_t unsent = 0;                           // what the kernel is said not to have taken
  bool kernel_is_full = false;                      // it takes nothing of what is shared
  std::vector<std::shared_ptr<const void>> shared;  // the owners of what was written so
  Delivery delivered;                               // what the peer is said to have
  std::chrono::milliseconds deadline{0};
  bool paused = false, closed = false, lingers = false, aborted = false, writable_wanted = false;

 private:
  std::string room_;
  std::vector<std::pair<std::size_t, std::string_view>> borrowed_;
  net::Address address_;
  std::unique_ptr<net::Loop> loop_;  // made when it is asked for
};

/// What happened to a handler, as short texts: "open", "text hello", "close 1000 bye clean".
class Recorder final : public MessageHandler {
 public:
  Recorder(std::vector<std::string>& events, bool echo) : events_(events), echo_(echo) {}
  void on_open(Session&) override { events_.push_back("open"); }
  void on_message(Session& session, Opcode kind, std::string_view payload) override {
    events_.push_back((kind == Opcode::text ? "text " : "binary ") + std::string(payload));
    if (echo_) session.send(kind, payload);
    if (payload == "close me") session.close(4001, "as you wish");
  }
  void on_close(Session&, std::uint16_t code, std::string_view reason, bool clean) override {
    events_.push_back("close " + std::to_string(code) + " " + std::string(reason) + (clean ? " clean" : " unclean"));
  }

 private:
  std::vector<std::string>& events_;
  bool echo_;
};

struct FrameOptions {
  bool fin = true;
  unsigned rsv = 0;
  bool masked = true;
  int length_form = 0;  // 2 or 8: that many length octets even where fewer would do
};

/// A frame as a client sends it.
inline std::string client_frame(unsigned opcode, std::string_view payload, FrameOptions options = {}) {
  constexpr std::array<char, 4> key{'\x37', '\xfa', '\x21', '\x3d'};
  std::string frame(1, static_cast<char>((options.fin ? 0x80u : 0u) | options.rsv << 4 | opcode));
  std::size_t octets = payload.size() < 126 ? 0 : payload.size() <= 0xffff ? 2 : 8;
  if (options.length_form != 0) octets = static_cast<std::size_t>(options.length_form);
  auto second = octets == 0 ? payload.size() : octets == 2 ? 126 : 127;
  frame += static_cast<char>((options.masked ? 0x80u : 0u) | second);
  for (std::size_t i = octets; i-- > 0;) frame += static_cast<char>(payload.size() >> (8 * i));
  if (!options.masked) return frame += payload;
  frame.append(key.data(), key.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ key[i % 4]);
  return frame;
}
inline std::string text(std::string_view payload, FrameOptions options = {}) {
  return client_frame(1, payload, options);
}
inline std::string binary(std::string_view payload, FrameOptions options = {}) {
  return client_frame(2, payload, options);
}
inline std::string more(std::string_view payload, bool fin) { return client_frame(0, payload, {.fin = fin}); }
inline std::string ping(std::string_view payload) { return client_frame(9, payload); }
inline std::string pong(std::string_view payload) { return client_frame(10, payload); }
inline std::string close_body(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}.append(reason);
}
inline std::string closing(unsigned code, std::string_view reason = {}) {
  return client_frame(8, close_body(code, reason));
}

/// The server's frames, as short texts: "text hello", "pong x", "close 1002". Reasons of Close frames are
/// left out.
inline std::vector<std::string> server_frames(std::string_view bytes) {
  std::vector<std::string> frames;
  while (!bytes.empty()) {
    auto head = parse_head({bytes.data(), bytes.size()});
    if (!head || head->masked || bytes.size() - head->size < head->length) {
      frames.push_back("garbage");
      break;
    }
    std::string payload(bytes.substr(head->size, head->length));
    bytes.remove_prefix(head->size + head->length);
    switch (head->opcode) {
      case Opcode::text: frames.push_back("text " + payload); break;
      case Opcode::binary: frames.push_back("binary " + payload); break;
      case Opcode::ping: frames.push_back("ping " + payload); break;
      case Opcode::pong: frames.push_back("pong " + payload); break;
      case Opcode::continuation: frames.push_back("continuation " + payload); break;
      case Opcode::close: {
        CloseBody body;
        frames.push_back(parse_close(payload, body) ? "bad close" : "close " + std::to_string(body.code));
        break;
      }
    }
  }
  return frames;
}

/// A session with an echoing handler, and all that came of it.
struct Conversation {
  explicit Conversation(Limits limits_given = {}, bool echo = true)
      : limits(limits_given), session(std::make_unique<Session>(limits, std::make_unique<Recorder>(events, echo))) {
    session->on_open(transport);
  }
  Conversation(const Conversation&) = delete;

  /// Delivers `bytes` in one piece, as a read would; nothing after the transport was closed.
  Conversation& receive(std::string bytes) {
    if (!transport.closed && !transport.aborted && !bytes.empty()) session->on_bytes({bytes.data(), bytes.size()});
    transport.end_callback();
    transport.run_turns();
    return *this;
  }
  std::vector<std::string> sent() const { return server_frames(transport.output); }

  Limits limits;
  FakeTransport transport;
  std::vector<std::string> events;
  std::unique_ptr<Session> session;
};

/// All that a client can see of a conversation.
struct Outcome {
  std::vector<std::string> sent;
  std::vector<std::string> events;
  bool closed = false;
  bool operator==(const Outcome&) const = default;
};

/// The outcome of sending `bytes` in pieces of `size` octets after a first one of `first`.
inline Outcome in_pieces(std::string_view bytes, std::size_t first, std::size_t size, Limits limits = {}) {
  Conversation conversation(limits);
  conversation.receive(std::string(bytes.substr(0, first)));
  for (auto rest = bytes.substr(first); !rest.empty(); rest.remove_prefix(std::min(size, rest.size()))) {
    conversation.receive(std::string(rest.substr(0, size)));
  }
  return {conversation.sent(), conversation.events, conversation.transport.closed};
}

}  // namespace sluice::websocket::test
