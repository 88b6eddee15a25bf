#include "http1/exchange.hpp"

#include <utility>

#include "http1/session.hpp"

namespace sluice::http1 {

void Exchange::respond(http::Response&& response) { session_->respond(*this, response); }

void Exchange::upgrade(http::Response&& response, std::unique_ptr<net::Protocol> next) {
  session_->upgrade(*this, response, std::move(next));
}

const net::Transport& Exchange::transport() const { return session_->transport(); }

net::Loop& Exchange::loop() { return session_->transport().loop(); }

void Exchange::repeat(KnownHead& head) {
  head.retain();
  head_ = &head;
  request = head.request;
  request.scheme = transport().secure() ? "https" : "http";
  memo = &head.memo;
  parser.repeat(head.keep_alive);
}

void Exchange::end() {
  recycle();
  if (head_) std::exchange(head_, nullptr)->release();
  responded = unsent = false;
  session_ = nullptr;
  body.clear();
  if (body.capacity() > kept_body) body.shrink_to_fit();
}

}  // namespace sluice::http1
