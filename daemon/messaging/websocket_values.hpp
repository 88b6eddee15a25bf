#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "site/request_values.hpp"
#include "templates/template.hpp"

/// The values of placeholders while a WebSocket is open: the request that opened it is gone by then.
namespace sluice::messaging {

/// Which placeholders of an endpoint's templates stand for something of the request. Filled when the config
/// is loaded, immutable afterwards.
class KeptPlaceholders {
 public:
  void add(const templates::Template& of);
  std::size_t size() const { return all_.size(); }
  const templates::Placeholder& operator[](std::size_t index) const { return all_[index]; }
  /// The index of an equal placeholder; size() when there is none.
  std::size_t find(const templates::Placeholder& placeholder) const;

 private:
  std::vector<templates::Placeholder> all_;
};

/// What they stood for when the connection was opened. Owned by the connection; empty when nothing was to be
/// kept.
class KeptValues {
 public:
  KeptValues() = default;
  KeptValues(const KeptPlaceholders& placeholders, const templates::Values& request);
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
  std::span<const std::string> member_names;  // paths of parts of JSON messages
  std::span<const templates::Value> members;  // those parts, null where the message has none
  std::string_view detail;                    // what is wrong with the message; of a close: its reason
  std::string_view close_code;
  std::string_view room_name, room_count;
};

/// Gives the values while one template is rendered.
class WebSocketValues final : public templates::Values {
 public:
  WebSocketValues(const KeptPlaceholders& placeholders, const KeptValues& kept, const WebSocketEvent& event)
      : placeholders_(placeholders), kept_(kept), event_(event) {}
  templates::Value get(const templates::Placeholder& placeholder) const override;

 private:
  templates::Value message() const;
  templates::Value member(std::string_view name) const;

  const KeptPlaceholders& placeholders_;
  const KeptValues& kept_;
  const WebSocketEvent& event_;
  mutable Arena arena_{64};  // for what is made new: {now}, {uuid}
};

}  // namespace sluice::messaging
