#include "websocket/message_reader.hpp"

namespace sluice::websocket {
namespace {

constexpr Fault not_utf8{close_code::invalid_payload, "text is not UTF-8"};

MessageReader::Event failed(const Fault& fault) {
  return {MessageReader::Event::Kind::fault, Opcode::close, {}, false, fault};
}

}  // namespace

MessageReader::Event MessageReader::read(std::span<char>& bytes) {
  FrameReader::Chunk chunk;
  while (true) {
    switch (frames_.next(bytes, chunk)) {
      case FrameReader::Step::more: return {};
      case FrameReader::Step::violation: return failed({close_code::protocol_error, "malformed frame"});
      case FrameReader::Step::chunk: break;
    }
    auto fault = chunk.first ? begin(chunk.head) : std::nullopt;
    if (!fault) fault = add(chunk);
    if (fault) return failed(*fault);
    if (!chunk.last) continue;
    if (auto event = end(chunk.head); event.kind != Event::Kind::none) return event;
  }
}

std::optional<Fault> MessageReader::begin(const FrameHead& head) {
  if (auto fault = fault_of(head, inside_message_, largest_compressed_ != 0)) return fault;
  if (is_control(head.opcode)) {
    control_size_ = 0;
    return std::nullopt;
  }
  if (!inside_message_) {
    inside_message_ = true;
    kind_ = head.opcode;
    compressed_ = head.rsv != 0;
    utf8_ = {};
    message_.clear();
  }
  auto largest = compressed_ ? largest_compressed_ : largest_;
  if (head.length > largest - message_.size()) return Fault{close_code::message_too_big, "message is too big"};
  return std::nullopt;
}

std::optional<Fault> MessageReader::add(const FrameReader::Chunk& chunk) {
  if (is_control(chunk.head.opcode)) {
    chunk.data.copy(control_.data() + control_size_, chunk.data.size());
    control_size_ += chunk.data.size();
    return std::nullopt;
  }
  if (kind_ == Opcode::text && !compressed_ && !utf8_.add(chunk.data)) return not_utf8;
  message_.append(chunk.data);
  return std::nullopt;
}

MessageReader::Event MessageReader::end(const FrameHead& head) {
  if (is_control(head.opcode)) {
    return {Event::Kind::control, head.opcode, {control_.data(), control_size_}, false, {}};
  }
  if (!head.fin) return {};
  inside_message_ = false;
  if (kind_ == Opcode::text && !compressed_ && !utf8_.complete()) return failed(not_utf8);
  return {Event::Kind::message, kind_, message_, compressed_, {}};
}

}  // namespace sluice::websocket
