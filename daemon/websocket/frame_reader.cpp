#include "websocket/frame_reader.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace sluice::websocket {

namespace {

FrameHead head_of(const wslay_frame_iocb& frame) {
  return {.fin = frame.fin != 0,
          .masked = frame.mask != 0,
          .rsv = frame.rsv,
          .opcode = static_cast<Opcode>(frame.opcode),
          .length = frame.payload_length};
}

}  // namespace

void FrameReader::Free::operator()(wslay_frame_context* context) const { wslay_frame_context_free(context); }

FrameReader::FrameReader() {
  wslay_frame_callbacks callbacks{};
  callbacks.recv_callback = &FrameReader::supply;
  wslay_frame_context_ptr context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
}

/// wslay asks for bytes. Only wslay knows where the head ends and how long the payload is. Until it reports the head,
/// it gets one byte at a time.
ssize_t FrameReader::supply(unsigned char* to, std::size_t room, int, void* self) {
  auto& reader = *static_cast<FrameReader*>(self);
  auto& input = *reader.input_;
  bool in_payload = reader.place_ == Place::payload;
  auto size = std::min({room, input.size(), in_payload ? static_cast<std::size_t>(reader.left_) : 1});
  if (size == 0) return -1;  // means "nothing now"
  std::memcpy(to, input.data(), size);
  input = input.subspan(size);
  if (in_payload) {
    reader.left_ -= size;
  } else {
    reader.place_ = Place::head;
  }
  return static_cast<ssize_t>(size);
}

FrameReader::Step FrameReader::next(std::span<char>& bytes, Chunk& chunk) {
  input_ = &bytes;
  wslay_frame_iocb frame{};
  ssize_t got = WSLAY_ERR_WANT_READ;
  while (got == WSLAY_ERR_WANT_READ && !bytes.empty()) got = wslay_frame_recv(context_.get(), &frame);
  if (got == WSLAY_ERR_WANT_READ) return Step::more;
  if (got < 0) return Step::violation;
  bool first = place_ != Place::payload;
  if (first) left_ = frame.payload_length - frame.data_length;
  chunk = {head_of(frame), {reinterpret_cast<const char*>(frame.data), frame.data_length}, first, left_ == 0};
  place_ = chunk.last ? Place::between : Place::payload;
  return Step::chunk;
}

}  // namespace sluice::websocket
