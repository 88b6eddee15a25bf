#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/stream.hpp"
#include "rooms/follower.hpp"
#include "site/lease.hpp"

namespace sluice::messaging {

/// The settings of an event stream. Immutable; shared by its streams, which may outlive the site that it came with.
struct EventSettings {
  std::size_t history = 0;
  std::string event;                               // the name of the events; empty: "message", which is the default
  std::chrono::milliseconds heartbeat{};           // a comment after so long without an event
  std::optional<std::chrono::milliseconds> retry;  // how long clients wait before they connect again
  rooms::BacklogPolicy backlog;
};

/// The number of a message and the room it is of, as the id of an event: "5f3a-17".
std::string event_id(const rooms::Room& room, std::uint64_t number);
/// The number in an id that is one of `room`, else 0.
std::uint64_t number_in(std::string_view id, const rooms::Room& room);

/// What an event says before its data. `name` may be empty.
struct EventHead {
  std::string_view id, name;
};
/// Writes an event (WHATWG HTML §9.2): every line of `data` as a field of its own, whatever its line ends. In pieces:
/// it goes on behind the first `from` octets of `data` and stops soon after `most` octets of fields. Returns where it
/// has stopped; the event is whole at the end of `data`.
std::size_t append_event(std::string& out, const EventHead& head, std::string_view data, std::size_t from = 0,
                         std::size_t most = std::string::npos);

/// Follows a room for a client: the content of a response that does not end. Owned by its exchange. Binary messages are
/// left out: events are texts. One thread.
class EventStream final : public http::StreamSource, private rooms::Follower {
 public:
  /// `last_id` is the last event that the client has seen, or empty.
  EventStream(std::shared_ptr<const EventSettings> settings, std::string room, std::string last_id,
              std::shared_ptr<const site::Lease> lease = nullptr);
  ~EventStream() override;

  void on_open(http::ResponseStream& stream) override;
  void on_client_ended() override { finish(); }  // browsers close in this way
  void on_writable() override { Follower::on_writable(); }
  void on_deadline() override;
  void drain() override { finish(); }
  bool lasting() const override { return true; }
  bool obsolete() const override { return lease_ && lease_->over(); }

 private:
  std::size_t send(const rooms::Post& post, std::size_t from) override;
  std::size_t pending() const override { return stream_->pending(); }
  void want_writable() override { stream_->want_writable(); }
  void on_too_slow() override { stream_->abort(); }
  void finish();

  http::ResponseStream* stream_ = nullptr;
  std::shared_ptr<const EventSettings> settings_;
  std::shared_ptr<const site::Lease> lease_;
  std::string room_name_, last_id_;  // until the room is joined
};

}  // namespace sluice::messaging
