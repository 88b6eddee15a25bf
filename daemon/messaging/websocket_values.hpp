#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "templates/scope.hpp"

/// The values of placeholders while a WebSocket is open: the request that opened it is gone by then.
namespace sluice::messaging {

/// The values of placeholders of the request that opened the connection. Owned by the connection; empty if no template
/// uses one.
class KeptValues {
 public:
  KeptValues() = default;
  KeptValues(std::span<const templates::Placeholder> placeholders, const templates::Values& request);
  templates::Value get(std::size_t index) const;

 private:
  struct Entry {
    templates::Value::Kind kind;
    std::size_t end;  // in text_; the entry before ends where this one begins
  };
  struct Content {
    std::vector<Entry> entries;
    std::string text;
  };
  std::unique_ptr<const Content> content_;
};

/// What happens now: a message, or the end.
struct WebSocketEvent {
  std::string_view message;
  bool message_is_value = false;              // a JSON text that stands for its value, not for its octets
  std::span<const templates::Value> members;  // its parts, by index of UsedNames::members; empty: it is not JSON
  std::string_view detail;                    // what is wrong with the message; of a close: its reason
  std::string_view close_code;
  std::string_view room_name, room_count;
};

/// Gives the values while one template is rendered.
class WebSocketValues final : public templates::Values {
 public:
  WebSocketValues(const KeptValues& kept, const WebSocketEvent& event) : kept_(kept), event_(event) {}
  Arena& arena() const override { return arena_; }
  const KeptValues& kept() const { return kept_; }
  const WebSocketEvent& event() const { return event_; }

 private:
  const KeptValues& kept_;
  const WebSocketEvent& event_;
  mutable Arena arena_{64};
};

/// What the templates of an endpoint use. Filled while they are compiled, immutable afterwards.
struct UsedNames {
  std::vector<std::string> members;          // parts of JSON messages: "user.name"
  std::vector<templates::Placeholder> kept;  // of the request, by index of KeptValues
};

/// The names of the request, as slots that read WebSocketValues; what a template uses of them is noted in `used`, which
/// outlives the compilation. The others add names to such a scope.
templates::Scope kept_scope(templates::Scope request, UsedNames& used);
templates::Scope with_message(templates::Scope scope);
templates::Scope with_detail(templates::Scope scope);
templates::Scope with_close(templates::Scope scope);
templates::Scope with_room(templates::Scope scope);

}  // namespace sluice::messaging
