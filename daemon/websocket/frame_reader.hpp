#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>

#include "websocket/frame.hpp"

struct wslay_frame_context;

namespace sluice::websocket {

/// Reads frames that arrive in pieces, on wslay's frame API. Gives wslay never more than the frame that it
/// reads, so that it stands at a frame's end whenever a frame has ended and the octets after it are still the
/// caller's. Costs some 4 KiB; lives only while a session needs it.
class FrameReader {
 public:
  FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  /// A piece of a frame.
  struct Chunk {
    FrameHead head;
    std::string_view data;  // unmasked; valid until the next call
    bool first = false;     // of this frame; comes as soon as the head is complete, perhaps without data
    bool last = false;
  };
  enum class Step { chunk, more, violation };

  /// Takes octets off the front of `bytes`. `more`: all of them were taken and nothing new is known.
  Step next(std::span<char>& bytes, Chunk& chunk);

  /// Between two frames.
  bool at_boundary() const { return head_octets_ == 0; }

 private:
  static ssize_t supply(unsigned char* to, std::size_t room, int flags, void* self);
  std::size_t wanted() const;
  void note_head(std::string_view octets);
  void give(std::string_view data, Chunk& chunk);

  struct Free {
    void operator()(wslay_frame_context* context) const;
  };
  std::unique_ptr<wslay_frame_context, Free> context_;
  std::span<char>* input_ = nullptr;  // only during next()
  std::array<char, largest_head> head_bytes_{};
  std::size_t head_octets_ = 0;  // of head_bytes_, received
  bool head_complete_ = false;
  bool announced_ = false;  // the first chunk of this frame was given
  FrameHead head_;
  std::uint64_t to_supply_ = 0;  // payload octets that wslay has not got yet
  std::uint64_t to_give_ = 0;    // payload octets that the caller has not got yet
};

}  // namespace sluice::websocket
