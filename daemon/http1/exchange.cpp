#include "http1/exchange.hpp"

#include <utility>

#include "http1/session.hpp"
#include "http1/writer.hpp"

namespace sluice::http1 {

void Exchange::begin_request(Session& session, http::Application& application) {
  session_ = &session;
  guest = session.guest();
  application_ = &application;
}

void Exchange::end() {
  recycle();
  session_ = nullptr;
  application_ = nullptr;
  outcome = {};
  told = Told::no;
  responded = lasting = chunked = body_held = continued = false;
}

const net::Transport& Exchange::transport() const { return session_->transport(); }

net::Loop& Exchange::loop() { return session_->transport().loop(); }

void Exchange::allow_time(std::chrono::milliseconds more) { session_->allow_time(more); }

// The body of the request ----------------------------------------------------------------------------

void Exchange::pull_body(std::uint64_t limit) { session_->pull_body(limit); }

void Exchange::hold_body(bool held) {
  body_held = held;
  session_->update_body();
}

// The response -----------------------------------------------------------------------------------------

void Exchange::send(http::Response& response) { session_->send(response); }

http::ResponseStream& Exchange::open_stream(http::Response& head) {
  session_->open_stream(head);
  return *this;
}

void Exchange::switch_protocol(http::Response& head, std::unique_ptr<net::Protocol> next) {
  session_->upgrade(head, std::move(next));
}

// Its content, piece by piece ------------------------------------------------------------------------

void Exchange::write(std::string_view bytes) {
  outcome.body_octets += bytes.size();
  write_piece(session_->transport(), bytes, chunked);
}

void Exchange::write_shared(std::shared_ptr<const void> owner, std::string_view bytes) {
  outcome.body_octets += bytes.size();
  write_shared_piece(session_->transport(), std::move(owner), bytes, chunked);
}

std::size_t Exchange::pending() const { return session_->transport().pending(); }

void Exchange::want_writable() { session_->transport().want_writable(); }

void Exchange::set_deadline(std::chrono::milliseconds after) { session_->transport().set_deadline(after); }

void Exchange::finish(std::span<const http::FieldLine> trailers) {
  if (chunked) write_last_chunk(session_->transport(), trailers);
  session_->finish_stream();
}

void Exchange::abort() { session_->transport().abort(); }

}  // namespace sluice::http1
