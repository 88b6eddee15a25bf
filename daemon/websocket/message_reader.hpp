#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "websocket/frame_reader.hpp"

namespace sluice::websocket {

/// Makes messages of the frames that do not lie whole in the read buffer: fragments, pieces, and control
/// frames between them. Checks everything as early as it can be known: a head with the first octet of its payload, text
/// octet by octet, the size limit from the length that a head claims. Belongs to a session while it is needed.
class MessageReader {
 public:
  /// `largest` is the size limit of a message in octets, `largest_compressed` that of a compressed one as it
  /// arrives; 0: compression was not agreed on.
  explicit MessageReader(std::uint64_t largest, std::uint64_t largest_compressed = 0)
      : largest_(largest), largest_compressed_(largest_compressed) {}

  struct Event {
    enum class Kind { none, message, control, fault };
    Kind kind = Kind::none;
    Opcode opcode = Opcode::continuation;
    std::string_view payload;  // valid until the next read()
    bool compressed = false;   // a message: its payload is, and its text has not been checked
    Fault fault;
  };

  /// Takes octets off the front of `bytes` until something has happened; `none` when all are taken.
  Event read(std::span<char>& bytes);

  /// Nothing is half read: the reader can be given up.
  bool quiet() const { return frames_.at_boundary() && !inside_message_; }

 private:
  std::optional<Fault> begin(const FrameHead& head);
  std::optional<Fault> add(const FrameReader::Chunk& chunk);
  Event end(const FrameHead& head);

  FrameReader frames_;
  std::uint64_t largest_, largest_compressed_;
  bool inside_message_ = false;
  bool compressed_ = false;
  Opcode kind_ = Opcode::text;  // of the message that is being read
  Utf8Check utf8_;
  std::string message_;  // grows with what arrived, never with what was claimed
  std::array<char, 125> control_{};
  std::size_t control_size_ = 0;
};

}  // namespace sluice::websocket
