#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::websocket {

/// How long a session may be quiet, and how long it may live. Zero: without end.
struct LivenessLimits {
  std::chrono::milliseconds ping{0};          // a peer that was not heard for so long is asked with a Ping frame
  std::chrono::milliseconds pong_timeout{0};  // for its answer; anything that it sends will do
  std::chrono::milliseconds idle{0};          // without a message in either direction
  std::chrono::milliseconds max_age{0};       // since the handshake
};

/// Says when a session is due for a ping or for its end. Times are those of the loop, in milliseconds. Owned
/// by the session.
class Liveness {
 public:
  enum class Due : std::uint8_t {
    nothing,
    ping,  // the answer is waited for from now on
    dead,  // there was none
    idle,
    old,
  };

  void begin(std::uint64_t now) { opened_ = heard_ = spoken_ = now; }
  /// The peer has sent something.
  void on_octets(std::uint64_t now) {
    heard_ = now;
    pinged_ = 0;
  }
  /// The answer to the ping is not due yet.
  void wait_on(std::uint64_t now) { pinged_ = now; }
  /// A message came or went.
  void on_message(std::uint64_t now) { spoken_ = now; }

  Due due(const LivenessLimits& limits, std::uint64_t now);
  /// The time until due() should be asked again; zero: never.
  std::chrono::milliseconds until_next(const LivenessLimits& limits, std::uint64_t now) const;

 private:
  std::uint64_t opened_ = 0, heard_ = 0, spoken_ = 0;
  std::uint64_t pinged_ = 0;  // 0: no answer is awaited
};

}  // namespace sluice::websocket
