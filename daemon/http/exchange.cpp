#include "http/exchange.hpp"

#include <cassert>
#include <memory>
#include <utility>

#include "net/loop/loop.hpp"

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
  if (responding_) return;
  if (sink_) return sink_->on_piece(bytes);
  if (keeps_body_) body_.append(bytes);
}

void Exchange::end_body() {
  if (responding_) return;
  if (sink_) return sink_->on_end();
  request.body = body_;
  if (auto then = std::exchange(then_, nullptr)) then();
}

void Exchange::respond(Response&& response) {
  assert(!responding_);
  responding_ = true;
  if (application_) application_->on_response(*this, response);
  // HEAD gets the fields of the stream, without its content.
  if (response.source && request.method != Method::head) return begin_stream(response, std::move(response.source));
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
    (*filter)->attach(*stream, *source_);
    stream = filter->get();
  }
  source_->on_open(*stream);
}

void Exchange::filter_stream(std::unique_ptr<StreamFilter> filter) { filters_.push_back(std::move(filter)); }

void Exchange::go_on() { application_->on_go_on(*this); }

void Exchange::upgrade(Response&& head, std::unique_ptr<net::Protocol> next) {
  responding_ = true;
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

void Exchange::cancel_later() {
  struct Ended {
    std::unique_ptr<Work> work;
    std::unique_ptr<BodySink> sink;
    std::unique_ptr<StreamSource> source;
    std::vector<std::unique_ptr<StreamFilter>> filters;
  };
  if (!work_ && !sink_ && !source_) return;
  auto ended = std::make_shared<Ended>(std::move(work_), std::move(sink_), std::move(source_), std::move(filters_));
  loop().at_end_of_turn([ended] {});
  cancel();
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
  keeps_body_ = responding_ = false;
  body_.clear();
  if (body_.capacity() > kept_body) body_.shrink_to_fit();
  arena.reset();
}

}  // namespace sluice::http
