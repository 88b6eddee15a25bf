#include "handlers/event_stream.hpp"

#include <charconv>

#include "base/text.hpp"
#include "net/open_protocols.hpp"

namespace sluice::handlers {

std::string event_id(const rooms::Room& room, std::uint64_t number) {
  char text[40];
  auto* end = std::to_chars(text, text + sizeof text, room.epoch(), 16).ptr;
  *end++ = '-';
  end = std::to_chars(end, text + sizeof text, number).ptr;
  return {text, end};
}

std::uint64_t number_in(std::string_view id, const rooms::Room& room) {
  auto dash = id.find('-');
  if (dash == std::string_view::npos ||
      id.substr(0, dash + 1) != std::string_view(event_id(room, 0)).substr(0, dash + 1)) {
    return 0;
  }
  return parse_unsigned(id.substr(dash + 1)).value_or(0);
}

void append_event(std::string& out, std::string_view id, std::string_view event, std::string_view data) {
  auto field = [&out](std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\n");
  };
  if (!id.empty()) field("id", id);
  if (!event.empty()) field("event", event);
  while (true) {
    auto end = data.find_first_of("\r\n");
    field("data", data.substr(0, end));
    if (end == std::string_view::npos) break;
    bool crlf = data.substr(end).starts_with("\r\n");
    data.remove_prefix(end + (crlf ? 2 : 1));
  }
  out += '\n';
}

EventStream::EventStream(std::shared_ptr<const EventSettings> settings, std::string room, std::string last_id,
                         std::shared_ptr<const site::Tenure> tenure)
    : Follower(settings->backlog),
      settings_(std::move(settings)),
      tenure_(std::move(tenure)),
      room_name_(std::move(room)),
      last_id_(std::move(last_id)) {
  net::note_open(net::OpenProtocol::events);
}

EventStream::~EventStream() { net::note_closed(net::OpenProtocol::events); }

void EventStream::on_open(net::Transport& transport) {
  transport_ = &transport;
  // Something at once, so that proxies and clients see the response begin.
  transport_->write(settings_->retry ? "retry: " + std::to_string(settings_->retry->count()) + "\n\n"
                                     : std::string(":\n\n"));
  auto past = rooms::Hub::current().join(room_name_, *this, settings_->history);
  auto seen = number_in(last_id_, room());
  for (const auto& post : past) {
    if (post.number > seen) deliver(post);
  }
  std::string().swap(last_id_);
  std::string().swap(room_name_);
  transport_->set_deadline(settings_->heartbeat);
}

void EventStream::send(const rooms::Post& post) {
  if (post.message->kind() != websocket::Opcode::text) return;
  thread_local std::string event;
  event.clear();
  append_event(event, event_id(room(), post.number), settings_->event, post.message->payload());
  transport_->write(event);
  transport_->set_deadline(settings_->heartbeat);
}

void EventStream::on_deadline() {
  transport_->write(":\n\n");
  transport_->set_deadline(settings_->heartbeat);
}

void EventStream::on_eof() { close(); }

void EventStream::drain() { close(); }

void EventStream::close() {
  if (in_room()) leave();
  transport_->close(false);
}

}  // namespace sluice::handlers
