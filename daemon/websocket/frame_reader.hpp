#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "websocket/frame.hpp"

struct wslay_frame_context;

namespace sluice::websocket {

/// Reads frames with wslay, head and payload, however they arrive. wslay refuses lengths in a longer form than needed,
/// fragmented control frames and long ones. It never gets more than the frame that it reads, so what follows is still
/// the caller's. Costs some 4 KiB; lives only while a session needs it.
class FrameReader {
 public:
  FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// A piece of a frame.
  struct Chunk {
    FrameHead head;
    std::string_view data;  // unmasked; valid until the next call
    bool first = false;     // of this frame; comes with the first octet of its payload, or at once if it has none
    bool last = false;
  };
  enum class Step { chunk, more, violation };

  /// Takes octets off the front of `bytes`. `more`: all of them were taken and nothing new is known.
  Step next(std::span<char>& bytes, Chunk& chunk);

  /// Between two frames.
  bool at_boundary() const { return place_ == Place::between; }

 private:
  enum class Place : std::uint8_t { between, head, payload };

  static ssize_t supply(unsigned char* to, std::size_t room, int flags, void* self);

  struct Free {
    void operator()(wslay_frame_context* context) const;
  };
  std::unique_ptr<wslay_frame_context, Free> context_;
  std::span<char>* input_ = nullptr;  // only during next()
  std::uint64_t left_ = 0;            // octets of the payload that wslay has not got yet
  Place place_ = Place::between;
};

}  // namespace sluice::websocket
