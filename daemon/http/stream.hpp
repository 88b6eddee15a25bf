#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "http/request.hpp"

namespace sluice::http {

/// Receives the body of a request piece by piece, as it arrives. Owned by the exchange. It is destroyed when the
/// exchange ends, also when the client disconnects or the body breaks a limit; its destructor then undoes incomplete
/// work. Its callbacks may respond. One thread.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// `bytes` are valid during the call.
  virtual void on_piece(std::string_view bytes) = 0;
  /// The body is complete.
  virtual void on_end() = 0;
};

/// The content of a response that is sent piece by piece: chunks in HTTP/1.1, everything until the connection ends in
/// HTTP/1.0. Implemented by the protocol; lives until finish() or abort() has been called or the exchange ends. One
/// thread.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;

  /// Sends a copy of `bytes`. Empty `bytes` send nothing.
  virtual void write(std::string_view bytes) = 0;
  /// Sends `bytes` without a copy; `owner` keeps them alive until they are sent.
  virtual void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) = 0;
  /// Bytes written and not yet taken by the kernel. A source of unlimited length must watch it.
  virtual std::size_t pending() const = 0;
  /// Something is pending: StreamSource::on_writable() will be called once all of it has been taken.
  virtual void want_writable() = 0;
  /// StreamSource::on_deadline() will be called once after this time, with the accuracy of a second; replaces an
  /// earlier deadline. Zero: none.
  virtual void set_deadline(std::chrono::milliseconds after) = 0;
  /// The content is complete. `trailers` are sent where the protocol has them (RFC 9110 §6.5). The connection may be
  /// used for another request; the source is destroyed at the end of the loop's turn.
  virtual void finish(std::span<const FieldLine> trailers = {}) = 0;
  /// The content cannot be completed: ends the connection, so that the client sees that the response is incomplete.
  virtual void abort() = 0;
};

class StreamSource;

/// A ResponseStream that changes what passes through it on its way to another one. Owned by the exchange, like the
/// source.
class StreamFilter : public ResponseStream {
 public:
  /// What `source` sends goes to `next`.
  void attach(ResponseStream& next, StreamSource& source) {
    next_ = &next;
    source_ = &source;
  }

  std::size_t pending() const override { return next_->pending(); }
  void want_writable() override { next_->want_writable(); }
  void set_deadline(std::chrono::milliseconds after) override { next_->set_deadline(after); }
  void abort() override { next_->abort(); }

 protected:
  ResponseStream& next() { return *next_; }
  const ResponseStream& next() const { return *next_; }
  StreamSource& source() { return *source_; }

 private:
  ResponseStream* next_ = nullptr;
  StreamSource* source_ = nullptr;
};

/// Fills a ResponseStream. Owned by the exchange; destroyed when the response is finished or the client has gone. One
/// thread.
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  /// The head has been written. The stream outlives the source.
  virtual void on_open(ResponseStream& stream) = 0;
  /// See ResponseStream::want_writable(); also called when much of a large backlog has been taken.
  virtual void on_writable() {}
  virtual void on_deadline() {}
  /// The client has ended its sending side. It may still read.
  virtual void on_client_ended() {}
  /// The daemon is stopping, or obsolete(): finish soon.
  virtual void drain() = 0;
  /// Whether it has no end of its own, such as an event stream, to which clients reconnect.
  virtual bool lasting() const { return false; }
  /// Asked after a reload: whether its endpoint was removed from the configuration.
  virtual bool obsolete() const { return false; }
};

}  // namespace sluice::http
