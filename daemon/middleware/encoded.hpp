#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/content/encoder.hpp"
#include "http/response.hpp"
#include "http/stream.hpp"
#include "net/loop/continuation.hpp"
#include "net/loop/loop.hpp"

namespace sluice::middleware {

/// Compresses what a source sends. Each piece is flushed: it may be an event.
class EncodedStream final : public http::StreamFilter, private net::Continuation {
 public:
  EncodedStream(net::Loop& loop, std::unique_ptr<http::Encoder> encoder) : loop_(loop), encoder_(std::move(encoder)) {}

  /// When this turn of the loop has compressed enough, the source has to wait for the next one.
  std::size_t pending() const override;
  void want_writable() override;

  void write(std::string_view bytes) override {
    if (!bytes.empty()) pass(bytes, http::Encoder::Then::flush);
  }
  void write_shared(std::shared_ptr<const void>, std::string_view bytes) override { write(bytes); }
  void finish(std::span<const http::FieldLine> trailers) override;

 private:
  void go_on() override { source().on_writable(); }
  bool pass(std::string_view bytes, http::Encoder::Then then);

  net::Loop& loop_;
  std::unique_ptr<http::Encoder> encoder_;
  std::string buffer_;
};

/// Compresses one large body slice by slice, one slice in each turn of the loop, and no faster than the client reads.
class EncodedBody final : public http::StreamSource, private net::Continuation {
 public:
  /// `body` is a text or shared bytes.
  EncodedBody(net::Loop& loop, http::Coding coding, http::BodyPart body);

  void on_open(http::ResponseStream& stream) override;
  void on_writable() override { loop_.go_on_later(*this); }
  void drain() override {}

 private:
  void go_on() override;

  net::Loop& loop_;
  http::Coding coding_;
  std::unique_ptr<http::Encoder> encoder_;  // made when its turn comes: many may wait
  http::BodyPart body_;                     // keeps shared bytes of `rest_` alive
  std::string_view rest_;
  http::ResponseStream* stream_ = nullptr;
};

/// The bytes of a text or of shared bytes; nothing for a file.
std::string_view bytes_of(const http::BodyPart& body);

}  // namespace sluice::middleware
