#pragma once

#include <cstdint>
#include <memory>

#include "net/loop/loop.hpp"
#include "net/loop/watch.hpp"
#include "net/outbox.hpp"
#include "net/protocol.hpp"
#include "net/socket/address.hpp"
#include "net/socket/channel.hpp"

namespace sluice::net {

class ColdSend;
class Connections;

/// An accepted socket with the protocol that it speaks. Owned by Connections; ends itself when the peer has
/// gone, the protocol closes it or a deadline passes. One thread.
class Connection final : public Transport, private Watcher {
 public:
  /// Takes over the non-blocking socket `fd`.
  Connection(Connections& owner, int fd, const Address& peer, const Address& local);
  ~Connection() override;

  /// Gives the connection its protocol, and starts reading at the end of the loop's turn.
  void start(std::unique_ptr<Protocol> protocol);
  void drain();
  /// Called about once a second with the loop's time in ms: deadlines, stalled writes. Says whether one had passed.
  bool sweep(std::uint64_t now);

  char* reserve(std::size_t size) override;
  void commit(std::size_t size) override;
  void write(std::string_view bytes) override;
  void write_borrowed(std::string_view bytes) override;
  void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) override;
  void write_file(std::shared_ptr<const OpenFile> file, std::uint64_t offset, std::uint64_t length) override;
  std::size_t pending() const override { return outbox_.size(); }
  std::uint64_t sent() const override { return sent_; }
  bool leaves_at_once() const override { return outbox_.size() <= taken_at_once && write_progress_ == 0 && !sending_; }
  Delivery delivery() const override;
  void want_writable() override { writable_wanted_ = true; }
  void want_sent() override { sent_wanted_ = true; }
  void pause_reading() override;
  void resume_reading() override;
  void probe_peer() override;
  void set_deadline(std::chrono::milliseconds after) override;
  void close(bool linger) override;
  void abort() override;
  void replace_protocol(std::unique_ptr<Protocol> next, std::string_view unread) override;
  const Address& peer() const override { return peer_; }
  bool set_peer(const Address& peer) override;
  const Address& local() const override { return local_; }
  bool secure() const override { return false; }
  Loop& loop() override;

 private:
  friend class Connections;

  enum class State : std::uint8_t { open, closing, lingering, closed };
  /// Marks that a callback is running: what it writes is flushed when it returns, and nothing destroys the
  /// connection under it.
  class Event;

  void on_ready(int events) override;
  void on_readable();
  void fail();
  void drop();
  void adopt_replacement();
  void drop_input();
  void touch();
  void queue_finish();
  void keep_borrowed();
  void finish_turn();
  bool finish_small_event();
  void finish_event();
  void flush();
  void note_taken(std::uint64_t octets);
  void after_flush(Outbox::Progress progress);
  void send_cold();
  bool is_stalled(std::uint64_t now) const;
  void on_cold_sent(ssize_t sent);
  void want(Readiness event) { wanted_ |= event; }
  void unwant(Readiness event) { wanted_ &= static_cast<std::uint8_t>(~event); }
  void apply_watch();
  void end_our_side();
  void destroy();

  Connections& owner_;
  Connection* previous_ = nullptr;
  Connection* next_ = nullptr;
  std::unique_ptr<Protocol> protocol_;
  std::unique_ptr<Protocol> replacement_;
  std::unique_ptr<std::string> unread_;  // for the replacement
  Watch watch_;
  Outbox outbox_;
  std::shared_ptr<ColdSend> sending_;  // while set, nobody else writes to the socket
  std::uint64_t deadline_ = 0;         // loop time in ms; 0: none
  std::uint64_t write_progress_ = 0;   // loop time in ms of the last octet taken while blocked
  std::uint64_t sent_ = 0;             // octets of output that the kernel took
  Address peer_;
  const Address& local_;
  Channel channel_;
  std::uint8_t wanted_ = 0;   // Readiness to wait for, told to the loop at the end of a callback
  std::uint8_t watched_ = 0;  // what the loop knows of
  bool borrows_ = false;      // the outbox has octets that it must keep or send in this event
  std::uint16_t nested_ = 0;  // callbacks running
  State state_ = State::open;
  bool begun_ = false;  // has been read from
  bool linger_ = false;
  bool paused_ = false;
  bool flush_queued_ = false;
  bool above_high_water_ = false;
  bool counted_ = false;  // by Admission
  bool writable_wanted_ = false;
  bool sent_wanted_ = false;
  bool to_drain_ = false;  // when its turn comes
};

}  // namespace sluice::net
