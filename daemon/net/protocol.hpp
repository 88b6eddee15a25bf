#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "net/file/open_file.hpp"
#include "net/socket/address.hpp"

namespace sluice::net {

class Loop;
class Protocol;

/// Queued octets above which a protocol should stop producing; on_writable() follows when half of it has gone.
inline constexpr std::size_t output_high_water = 256 * 1024;
/// Octets that the kernel takes in one call, as a rule, where nothing waits yet.
inline constexpr std::size_t taken_at_once = 32 * 1024;

/// What a protocol may do to the connection that carries it. Implemented by net::Connection (a socket, with or
/// without TLS), by an HTTP/2 stream, and by tests. Everything written during one event leaves in one system
/// call at its end. All calls come from the thread of the loop.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Room for at least `size` octets at the end of the outbox; commit() says how many were used.
  /// The way to write small things without a copy in between.
  virtual char* reserve(std::size_t size) = 0;
  virtual void commit(std::size_t size) = 0;
  /// Queues a copy of `bytes`.
  virtual void write(std::string_view bytes) = 0;
  /// Queues `bytes` that lie in the read buffer, for Protocol::on_bytes(): what the kernel has not taken when the
  /// callback has returned is copied then.
  virtual void write_borrowed(std::string_view bytes) { write(bytes); }
  /// Queues `bytes` without a copy; `owner` keeps them alive until they are sent.
  virtual void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) = 0;
  /// Queues `length` octets of a file from `offset`. A file that turns out shorter aborts the connection.
  virtual void write_file(std::shared_ptr<const OpenFile> file, std::uint64_t offset, std::uint64_t length) = 0;

  /// Octets queued and not yet taken by the kernel. Protocols that produce without end look at it
  /// and wait for on_writable().
  virtual std::size_t pending() const = 0;
  /// Octets that the kernel has taken, since the beginning.
  virtual std::uint64_t sent() const { return 0; }
  /// Whether what is queued leaves in one call at the end of this event: it is little, and nothing had to wait before.
  virtual bool leaves_at_once() const { return true; }
  /// How far what was written has come.
  struct Delivery {
    std::uint64_t confirmed = 0;    // octets that the peer's system has confirmed, since the beginning
    std::uint64_t outstanding = 0;  // the others: queued here, in the kernel, or on their way
  };
  /// Two system calls. All zero where nobody can tell.
  virtual Delivery delivery() const { return {}; }
  /// Something is queued: on_writable() will be called once, as soon as all of it has been taken.
  virtual void want_writable() = 0;
  /// Something is queued: on_sent() will be called once, as soon as all of it has been taken, after close() too.
  virtual void want_sent() {}

  /// While paused nothing is read; the kernel's window closes and the peer waits. The end of its sending is still
  /// noticed (on_eof), unless there is something before it to be read.
  virtual void pause_reading() = 0;
  virtual void resume_reading() = 0;
  /// The peer has ended its side and waits for an answer, or is gone. That it is gone is noticed within two minutes,
  /// though nothing is sent.
  virtual void probe_peer() {}

  /// on_deadline() will be called once after `after`, with the accuracy of one second; a later call replaces
  /// it, zero cancels it. Costs a store, not a timer.
  virtual void set_deadline(std::chrono::milliseconds after) = 0;

  /// Sends what is queued, then closes; on_bytes() is not called any more. With `linger` our side is ended first and
  /// what the peer still sends is read and dropped for a moment (RFC 9112 §9.6): closing with unread octets
  /// would reset the connection and destroy the answer. Without: the peer has sent all it had to.
  virtual void close(bool linger = true) = 0;
  /// Drops everything at once (RST). For peers that break the rules or do not read.
  virtual void abort() = 0;

  /// Puts `next` in place of the running protocol (RFC 9110 §7.8). Takes effect when the current callback
  /// returns; `unread` was received already and is given to `next` first.
  virtual void replace_protocol(std::unique_ptr<Protocol> next, std::string_view unread) = 0;

  virtual const Address& peer() const = 0;
  /// Sets the client's address that a proxy has sent (PROXY protocol). False: that client has too many connections.
  virtual bool set_peer(const Address& peer) {
    (void)peer;
    return true;
  }
  virtual const Address& local() const = 0;
  virtual bool secure() const = 0;  // TLS
  virtual Loop& loop() = 0;
  /// Milliseconds of the monotonic clock, read once a turn of the loop.
  virtual std::uint64_t now();
};

/// A state machine without I/O: bytes in, bytes out through the Transport. Owned by the connection, ends with
/// it. The Transport outlives it. Its callbacks may call anything of the Transport; none of those calls
/// back before the callback has returned.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// The connection is ready. Called once, before any bytes.
  virtual void on_open(Transport& transport) = 0;
  /// `bytes` lie in the loop's read buffer, which the protocol may change in place (unmasking) and which is
  /// reused after the callback: what is kept must be copied.
  virtual void on_bytes(std::span<char> bytes) = 0;
  /// The peer has ended its sending side. It may still read: the protocol continues or closes.
  virtual void on_eof() = 0;
  /// pending() fell below the low watermark after having been above the high one, or all is sent and want_writable()
  /// had asked to be told.
  virtual void on_writable() {}
  /// want_sent() had asked to be told. May not write.
  virtual void on_sent() {}
  virtual void on_deadline() = 0;
  /// The daemon is stopping, or obsolete(): finish what is in flight, then close.
  virtual void drain() = 0;

  /// Whether it goes on until somebody ends it, and the peer comes back then: not all of these are drained at the
  /// same moment.
  virtual bool lasting() const { return false; }
  /// Asked after a reload: whether its endpoint was removed from the configuration.
  virtual bool obsolete() const { return false; }
};

}  // namespace sluice::net
