#include "http1/exchange.hpp"

#include "http1/session.hpp"

namespace sluice::http1 {

void Exchange::respond(http::Response&& response) { session_->respond(*this, response); }

void Exchange::upgrade(http::Response&& response, std::unique_ptr<net::Protocol> next) {
  session_->upgrade(*this, response, std::move(next));
}

const net::Transport& Exchange::transport() const { return session_->transport(); }

net::Loop& Exchange::loop() { return session_->transport().loop(); }

void Exchange::end() {
  recycle();
  responded = false;
  session_ = nullptr;
  body.clear();
  if (body.capacity() > kept_body) body.shrink_to_fit();
}

}  // namespace sluice::http1
