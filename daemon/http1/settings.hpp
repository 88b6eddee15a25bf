#pragma once

#include <chrono>
#include <cstdint>

#include "base/bytes.hpp"

namespace sluice::http1 {

/// What a peer may cost. Each has a key in [server.limits] or [server.timeouts].
struct Settings {
  Bytes head{16 << 10};                          // request line and fields; more is answered 431
  std::uint32_t fields = 100;                    // field lines; more is answered 431
  Bytes target{8 << 10};                         // request target; a longer one is answered 414
  std::chrono::milliseconds head_time{10'000};   // from the first octet of a head to its end; then 408
  std::chrono::milliseconds body_idle{30'000};   // between two pieces of a body; then 408
  std::chrono::milliseconds keep_alive{75'000};  // between two requests; then closed
  std::chrono::milliseconds response{120'000};   // from the end of a request to its answer; then 503; 0: any time
  std::uint64_t body_rate = 0;     // octets a second that a body must bring after its first body_idle; 0: any
  std::uint32_t requests = 0;      // on one connection; 0: any number
  std::uint64_t discard{1 << 20};  // octets of an unwanted body that are read before the connection is given up
};

}  // namespace sluice::http1
