#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/arena.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/stream.hpp"
#include "net/socket/address.hpp"

namespace sluice::http {

class Application;

/// Something that an exchange waits for (a timer, a query). Destroyed when the exchange ends or is cancelled;
/// its destructor stops the work.
class Work {
 public:
  virtual ~Work() = default;

 private:
  friend class Exchange;
  std::unique_ptr<Work> next_;  // the next one of the same exchange
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

/// One request and its response, whatever the protocol carries it: an HTTP/1 message or an HTTP/2 stream.
/// Owned by the protocol, which recycles it when it has ended. The application answers at once, or calls wait_for() or
/// pulls the body and answers later. If the client goes away the exchange is cancelled: what it waits for is destroyed
/// and nobody calls it again. It is never recycled under its caller: at the earliest when the application has returned,
/// or at the end of the loop's turn. One thread.
class Exchange {
 public:
  virtual ~Exchange() = default;

  Request request;
  Arena arena;

  // The body of the request. It is read only when it is pulled, at most once; what nobody has pulled is dropped. 100
  // (Continue) is sent with the first pull, and the limits of time and rate begin. A body above `limit` bytes, or one
  // that breaks a rule, is answered by the protocol, and neither `then` nor the sink is called again.
  // --------------------
  /// Whether a body comes with the request, empty or not.
  virtual bool has_body() const = 0;
  /// Reads the whole body into `request.body`, then calls `then`, perhaps before this returns.
  void read_all(std::uint64_t limit, std::function<void()> then);
  /// Reads the whole body and drops it, then calls `then`, perhaps before this returns.
  void skip(std::uint64_t limit, std::function<void()> then);
  /// Gives the body to `sink` as it arrives.
  void stream(std::uint64_t limit, std::unique_ptr<BodySink> sink);
  /// Pauses or resumes reading of a streamed body. While it is paused, its time limits do not run.
  virtual void hold_body(bool held) = 0;

  // The response: one of these three, exactly once. -------------------------------------------------------
  /// Gives the whole response.
  void respond(Response&& response);
  /// Sends the head of a response, whose content `source` gives piece by piece.
  void begin(Response&& head, std::unique_ptr<StreamSource> source);
  /// Takes over the connection (101 Switching Protocols): sends the head and puts `next` in place.
  void upgrade(Response&& head, std::unique_ptr<net::Protocol> next);

  virtual const net::Transport& transport() const = 0;
  /// Who asks: the peer of the connection, or the client that a trusted proxy names.
  const net::Address& client() const { return client_ ? *client_ : transport().peer(); }
  void set_client(const net::Address& client) {
    client_ = new (arena.allocate(sizeof client, alignof(net::Address))) net::Address(client);
  }
  virtual net::Loop& loop() = 0;

  /// Keeps `work` until the exchange ends. It may wait for several things.
  void wait_for(std::unique_ptr<Work> work) {
    work->next_ = std::move(work_);
    work_ = std::move(work);
  }
  /// Called by a hook that has waited: the next stage follows.
  void go_on();
  /// Adds a filter for the content of a stream. To be called before the head is sent. The filter that is added first
  /// gets the content first.
  void filter_stream(std::unique_ptr<StreamFilter> filter);
  /// Extends the time limit of the response (server.timeouts.response) by `more`.
  virtual void allow_time(std::chrono::milliseconds more) = 0;

  // What the application notes for its own use; cleared when the exchange ends. ------------------------
  const void* route = nullptr;  // the matched route, owned by what `site` retains
  Retained* site = nullptr;     // set with hold()
  void* matched = nullptr;      // what routing found (parameters), in the arena
  std::uint32_t stage = 0;      // number of hooks that have been called
  std::int64_t started = 0;     // monotonic time in ns when the head was complete, where somebody asks for it
  bool guest = false;           // memory is short: all but [health] gets 503
  bool timed = false;           // whether the response says how long it took (Server-Timing)
  std::uint64_t id = 0;         // of this request, unique in the process

  void hold(Retained& what) {
    what.retain();
    if (site) site->release();
    site = &what;
  }

 protected:
  /// Who serves this exchange; may be null in tests.
  Application* application_ = nullptr;
  std::unique_ptr<StreamSource> source_;
  std::vector<std::unique_ptr<StreamFilter>> filters_;

  // For the protocol. ------------------------------------------------------------------------------------
  /// Begins to read the body: take_piece() and end_body() follow, the latter at once when there is none.
  virtual void pull_body(std::uint64_t limit) = 0;
  virtual void send(Response& response) = 0;
  virtual ResponseStream& open_stream(Response& head) = 0;
  virtual void switch_protocol(Response& head, std::unique_ptr<net::Protocol> next) = 0;

  void take_piece(std::string_view bytes);
  void end_body();
  /// Bytes of memory behind it: the request and its body.
  std::size_t kept_memory() const { return body_.capacity() + arena.footprint(); }
  /// Ends all that the exchange waits for.
  void cancel();
  /// The same, but what is ended is destroyed at the end of the loop's turn. It has responded, and is not called again.
  void cancel_later();
  /// Back to the state of a new exchange; the arena and the buffer of the body keep a little memory.
  void recycle();

 private:
  void begin_stream(Response& head, std::unique_ptr<StreamSource> source);

  static constexpr std::size_t kept_body = 64 * 1024;

  std::unique_ptr<Work> work_;
  std::function<void()> then_;  // when the body is complete
  std::unique_ptr<BodySink> sink_;
  std::string body_;
  bool keeps_body_ = false;
  bool responding_ = false;               // a response has been given; what still comes of the body is dropped
  const net::Address* client_ = nullptr;  // in the arena
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

  /// The head is complete. Responds, pulls the body, or waits for something.
  virtual void on_request(Exchange& exchange) = 0;
  /// See Exchange::go_on().
  virtual void on_go_on(Exchange& exchange) { (void)exchange; }
  /// The protocol itself refuses: a request that cannot be parsed, a limit, a time-out. Responds with the error page.
  /// `exchange.request` holds what could be read, perhaps nothing.
  virtual void on_protocol_error(Exchange& exchange, Status status, std::string_view reason) = 0;
  /// `response`, or the head of a stream, is about to be sent: the last change.
  virtual void on_response(Exchange& exchange, Response& response) { (void)exchange, (void)response; }
  /// All of the response has been sent, or as much as the client took before it went away.
  virtual void on_end(Exchange& exchange, const Outcome& outcome) = 0;
  /// Whether somebody wants to hear of ends: else the exchange does not live on until its response has been sent.
  virtual bool heeds_ends() const { return true; }
};

}  // namespace sluice::http
