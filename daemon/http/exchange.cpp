#include "http/exchange.hpp"

#include <utility>

namespace sluice::http {

void Exchange::read_all(std::uint64_t limit, std::function<void()> then) {
  keeps_body_ = true;
  then_ = std::move(then);
  pull_body(limit);
}

void Exchange::skip(std::uint64_t limit, std::function<void()> then) {
  then_ = std::move(then);
  pull_body(limit);
}

void Exchange::stream(std::uint64_t limit, std::unique_ptr<BodySink> sink) {
  sink_ = std::move(sink);
  pull_body(limit);
}

void Exchange::take_piece(std::string_view bytes) {
  if (sink_) return sink_->on_piece(bytes);
  if (keeps_body_) body_.append(bytes);
}

void Exchange::end_body() {
  if (sink_) return sink_->on_end();
  request.body = body_;
  if (auto then = std::exchange(then_, nullptr)) then();
}

void Exchange::respond(Response&& response) {
  if (application_) application_->on_response(*this, response);
  if (response.source) return begin_stream(response, std::move(response.source));
  send(response);
}

void Exchange::begin(Response&& head, std::unique_ptr<StreamSource> source) {
  head.source = std::move(source);
  respond(std::move(head));
}

void Exchange::begin_stream(Response& head, std::unique_ptr<StreamSource> source) {
  source_ = std::move(source);
  auto* stream = &open_stream(head);
  for (auto filter = filters_.rbegin(); filter != filters_.rend(); ++filter) {
    (*filter)->attach(*stream);
    stream = filter->get();
  }
  source_->on_open(*stream);
}

void Exchange::filter_stream(std::unique_ptr<StreamFilter> filter) { filters_.push_back(std::move(filter)); }

void Exchange::go_on() { application_->on_go_on(*this); }

void Exchange::upgrade(Response&& head, std::unique_ptr<net::Protocol> next) {
  if (application_) application_->on_response(*this, head);
  switch_protocol(head, std::move(next));
}

void Exchange::cancel() {
  while (work_) work_ = std::move(work_->next_);
  then_ = nullptr;
  sink_.reset();
  source_.reset();
  filters_.clear();
}

void Exchange::recycle() {
  cancel();
  request = {};
  route = matched = nullptr;
  if (site) site->release();
  site = nullptr;
  stage = 0;
  client_ = nullptr;
  guest = timed = false;
  keeps_body_ = false;
  body_.clear();
  if (body_.capacity() > kept_body) body_.shrink_to_fit();
  arena.reset();
}

}  // namespace sluice::http
