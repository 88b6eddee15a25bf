#include "messaging/event_stream.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "net/open_protocols.hpp"

namespace sluice::messaging {
namespace {

/// A piece of a message as it is sent. A peer that reads nothing holds one piece, and a turn of the loop makes a few.
struct Piece {
  std::shared_ptr<const std::string> text;
  std::size_t end = 0;  // in the payload
};
constexpr std::size_t piece_size = 64 * 1024;

/// The pieces that a thread has made last. All streams of a room ask for the same ones, each for a few in a turn of the
/// loop (Connection::finish_event).
class RecentPieces {
 public:
  const Piece& get(const rooms::Room& room, const rooms::Post& post, const std::string& name, std::size_t from) {
    for (const auto& entry : entries_)
      if (entry.is(room, post, name, from)) return entry.piece;
    std::string text;
    auto end = append_event(text, {event_id(room, post.number), name}, post.message->payload(), from, piece_size);
    text.shrink_to_fit();
    auto& entry = entries_[next_++ % entries_.size()];
    entry = {post.message, room.epoch(), post.number, name, from, {}};
    entry.piece = {std::make_shared<const std::string>(std::move(text)), end};
    return entry.piece;
  }

 private:
  struct Entry {
    std::weak_ptr<const websocket::SharedMessage> message;
    std::uint64_t epoch = 0, number = 0;
    std::string name;
    std::size_t from = 0;
    Piece piece;

    bool is(const rooms::Room& room, const rooms::Post& post, const std::string& wanted, std::size_t at) const {
      bool same_message = !message.owner_before(post.message) && !post.message.owner_before(message);
      return same_message && from == at && number == post.number && epoch == room.epoch() && name == wanted;
    }
  };
  std::array<Entry, 8> entries_;
  std::size_t next_ = 0;
};
thread_local RecentPieces recent_pieces;

}  // namespace

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

std::size_t append_event(std::string& out, const EventHead& head, std::string_view data, std::size_t from,
                         std::size_t most) {
  if (from == 0) {
    if (!head.id.empty()) out.append("id: ").append(head.id).append("\n");
    if (!head.name.empty()) out.append("event: ").append(head.name).append("\n");
    out.append("data: ");
  }
  const auto begin = out.size();
  while (from < data.size() && out.size() - begin < most) {
    auto part = data.substr(from, most - (out.size() - begin));
    auto end = std::ranges::find_if(part, [](char c) { return c == '\n' || c == '\r'; });
    out.append(part.begin(), end);
    from += static_cast<std::size_t>(end - part.begin());
    if (end == part.end()) continue;
    out.append("\ndata: ");
    from += data.substr(from).starts_with("\r\n") ? 2 : 1;
  }
  if (from == data.size()) out.append("\n\n");
  return from;
}

EventStream::EventStream(std::shared_ptr<const EventSettings> settings, std::string room, std::string last_id,
                         std::shared_ptr<const site::Lease> lease)
    : Follower(settings->backlog),
      settings_(std::move(settings)),
      lease_(std::move(lease)),
      room_name_(std::move(room)),
      last_id_(std::move(last_id)) {
  net::note_open(net::OpenProtocol::events);
}

EventStream::~EventStream() { net::note_closed(net::OpenProtocol::events); }

void EventStream::on_open(http::ResponseStream& stream) {
  stream_ = &stream;
  // Something at once, so that proxies and clients see the response begin.
  stream_->write(settings_->retry ? "retry: " + std::to_string(settings_->retry->count()) + "\n\n"
                                  : std::string(":\n\n"));
  auto past = rooms::Hub::current().join(room_name_, *this, settings_->history);
  past.after = std::max(past.after, number_in(last_id_, room()));
  send_past(past);
  std::string().swap(last_id_);
  std::string().swap(room_name_);
  stream_->set_deadline(settings_->heartbeat);
}

std::size_t EventStream::send(const rooms::Post& post, std::size_t from) {
  if (post.message->kind() != websocket::Opcode::text) return post.message->payload().size();
  const auto& piece = recent_pieces.get(room(), post, settings_->event, from);
  stream_->write_shared(piece.text, *piece.text);
  stream_->set_deadline(settings_->heartbeat);
  return piece.end;
}

/// A client that has something to read needs no comment, and one in the middle of an event would end it.
void EventStream::on_deadline() {
  if (!waits() && stream_->pending() == 0) stream_->write(":\n\n");
  stream_->set_deadline(settings_->heartbeat);
}

void EventStream::finish() {
  if (in_room()) leave();
  stream_->finish();
}

}  // namespace sluice::messaging
