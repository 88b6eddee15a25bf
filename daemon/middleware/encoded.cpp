#include "middleware/encoded.hpp"

#include <algorithm>

#include "net/loop/turn_budget.hpp"
#include "net/protocol.hpp"

namespace sluice::middleware {
namespace {

/// Bytes that are compressed at a time: about a millisecond.
constexpr std::size_t slice = 64 * 1024;

}  // namespace

std::string_view bytes_of(const http::BodyPart& body) {
  if (const auto* text = std::get_if<std::string_view>(&body)) return *text;
  if (const auto* shared = std::get_if<http::SharedBytes>(&body)) return shared->bytes;
  return {};
}

/// False: memory ran out, and the connection ends.
bool EncodedStream::pass(std::string_view bytes, http::Encoder::Then then) {
  net::WorkShare share(loop_.budget());
  buffer_.clear();
  if (!encoder_->append(buffer_, bytes, then)) {
    abort();
    return false;
  }
  next().write(buffer_);
  if (buffer_.capacity() > slice) std::string().swap(buffer_);
  return true;
}

std::size_t EncodedStream::pending() const {
  auto pending = next().pending();
  return loop_.budget().spent() ? std::max(pending, net::output_high_water) : pending;
}

void EncodedStream::want_writable() {
  if (loop_.budget().spent()) {
    loop_.go_on_later(*this);
  } else {
    next().want_writable();
  }
}

void EncodedStream::finish(std::span<const http::FieldLine> trailers) {
  if (pass({}, http::Encoder::Then::end)) next().finish(trailers);
}

EncodedBody::EncodedBody(net::Loop& loop, http::Coding coding, http::BodyPart body)
    : loop_(loop), coding_(coding), body_(std::move(body)), rest_(bytes_of(body_)) {}

void EncodedBody::on_open(http::ResponseStream& stream) {
  stream_ = &stream;
  loop_.go_on_later(*this);
}

void EncodedBody::go_on() {
  if (stream_->pending() > net::output_high_water) return stream_->want_writable();
  net::WorkShare share(loop_.budget());
  if (!encoder_) encoder_ = http::Encoder::make(coding_, true);
  if (!encoder_) return stream_->abort();
  auto piece = rest_.substr(0, slice);
  rest_.remove_prefix(piece.size());
  std::string out;
  auto then = rest_.empty() ? http::Encoder::Then::end : http::Encoder::Then::more;
  if (!encoder_->append(out, piece, then)) return stream_->abort();
  stream_->write(out);
  if (rest_.empty()) return stream_->finish();
  loop_.go_on_later(*this);
}

}  // namespace sluice::middleware
