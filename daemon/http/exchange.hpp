#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/arena.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace sluice::http {

/// Something that an exchange waits for (a timer, a query). Destroyed when the exchange ends or is cancelled;
/// its destructor stops the work.
class Work {
 public:
  virtual ~Work() = default;
};

/// What an exchange holds on to while it lives, counted without atomics: used by one thread only.
/// (A worker's reference to its Site: in-flight requests finish on the site they started on.)
class Retained {
 public:
  virtual ~Retained() = default;
  void retain() { ++count_; }
  void release() {
    if (--count_ == 0) delete this;
  }

 private:
  std::uint32_t count_ = 0;
};

/// Room for what is found out from the head of a request, kept for requests that repeat it octet by octet.
struct Memo {
  std::uint64_t of = 0;  // the application's word for what the note rests on; 0: nothing is noted
  alignas(std::max_align_t) std::array<std::byte, 256> note;
  // The same for the handler. What `handler_of` says must be said by no other handler.
  std::uint64_t handler_of = 0;
  std::uint8_t handler_note = 0;
};

/// One request and its response, whatever the protocol carries it: an HTTP/1 message or an HTTP/2 stream.
/// Owned by the protocol, which recycles it when it has ended. A handler answers at once by respond(), or calls
/// wait_for() and answers later. If the client goes away the exchange is cancelled: its Work is destroyed
/// and nobody calls it again. One thread.
class Exchange {
 public:
  virtual ~Exchange() = default;

  Request request;
  Arena arena;

  /// Gives the final response. Exactly once; afterwards the exchange belongs to the protocol again.
  virtual void respond(Response&& response) = 0;
  /// Takes over the connection (101 Switching Protocols, or a 2xx: the response then has no end but the connection's,
  /// and `next` writes its content): sends head and fields and puts `next` in place. Instead of respond().
  virtual void upgrade(Response&& response, std::unique_ptr<net::Protocol> next) = 0;

  virtual const net::Transport& transport() const = 0;
  virtual net::Loop& loop() = 0;

  /// Keeps the exchange open after the callback returns, until respond().
  void wait_for(std::unique_ptr<Work> work) { work_ = std::move(work); }
  bool waiting() const { return work_ != nullptr; }
  void stop_waiting() { work_.reset(); }

  // What the application notes for its own use; cleared when the exchange ends. ------------------------
  const void* route = nullptr;   // the matched route, owned by what `site` retains
  Retained* site = nullptr;      // set with hold()
  void* matched = nullptr;       // what routing found (parameters), in the arena
  Memo* memo = nullptr;          // for the requests that repeat this one; null: they will be read anew
  std::uint64_t body_limit = 0;  // octets that on_head() allows for the request body
  bool keeps_body = true;        // whether on_request() wants the body; else it is read and dropped
  std::int64_t started = 0;      // monotonic time in ns when the head was complete, where somebody asks for it
  bool timed = false;            // whether the response says how long it took (Server-Timing)
  std::uint64_t id = 0;          // of this request, unique in the process

  void hold(Retained& what) {
    what.retain();
    if (site) site->release();
    site = &what;
  }

 protected:
  /// Back to the state of a new exchange; the arena keeps its first block.
  void recycle() {
    work_.reset();
    request = {};
    route = matched = nullptr;
    memo = nullptr;
    if (site) site->release();
    site = nullptr;
    body_limit = 0;
    keeps_body = true;
    timed = false;
    arena.reset();
  }

  std::unique_ptr<Work> work_;
};

/// How an exchange ended, for logs and metrics.
struct Outcome {
  Status status = 0;              // 0: no response could be sent
  std::uint64_t body_octets = 0;  // of the response body, that were handed to the kernel
  bool aborted = false;           // the connection ended before all of the response had been
};

/// What serves exchanges: the seam between protocols and the site. One per worker.
class Application {
 public:
  virtual ~Application() = default;

  /// The head is complete. Either responds at once (404, 405, 413 …; the body is then read and dropped), or
  /// sets `body_limit` and returns; on_request() follows when the body is complete. Requests without a
  /// body get both calls in a row.
  virtual void on_head(Exchange& exchange) = 0;
  /// Head and body are complete and no response has been given: respond, or wait_for() something.
  virtual void on_request(Exchange& exchange) = 0;
  /// The protocol itself refuses: a request that cannot be parsed, a limit, a time-out. Fills a response (the
  /// error page). `exchange.request` holds what could be read, perhaps nothing.
  virtual void on_protocol_error(Exchange& exchange, Status status, std::string_view reason) = 0;
  /// What `request`, for which `memo` was noted when it came before, is answered with now, where nothing of the
  /// exchange matters and nobody wants to hear of it; the protocol then sends that and makes no exchange. Null: as
  /// usual. Valid until the next call of the application.
  virtual const Response* standing_response(const Request& request, const Memo& memo, net::Loop& loop) const {
    (void)request, (void)memo, (void)loop;
    return nullptr;
  }
  /// Whether `exchange`, whose head has been read, is one of those that are answered even when memory is short.
  virtual bool is_vital(const Exchange& exchange) const {
    (void)exchange;
    return false;
  }
  /// All of the response has been sent, or as much as the client took before it went away.
  virtual void on_end(Exchange& exchange, const Outcome& outcome) = 0;
  /// Whether somebody wants to hear of ends: else the exchange does not live on until its response has been sent.
  virtual bool heeds_ends() const { return true; }
};

}  // namespace sluice::http
