#include "websocket/frame_reader.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace sluice::websocket {

void FrameReader::Free::operator()(wslay_frame_context* context) const { wslay_frame_context_free(context); }

FrameReader::FrameReader() {
  wslay_frame_callbacks callbacks{};
  callbacks.recv_callback = &FrameReader::supply;
  wslay_frame_context_ptr context = nullptr;
  if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
  context_.reset(context);
}

/// Octets that the next step of reading this frame needs: two, then the rest of the head, then the payload.
std::size_t FrameReader::wanted() const {
  if (head_octets_ < 2) return 2 - head_octets_;
  if (!head_complete_) return head_size(head_bytes_[1]) - head_octets_;
  return static_cast<std::size_t>(to_supply_);
}

void FrameReader::note_head(std::string_view octets) {
  std::memcpy(head_bytes_.data() + head_octets_, octets.data(), octets.size());
  head_octets_ += octets.size();
  auto head = parse_head({head_bytes_.data(), head_octets_});
  if (!head) return;
  head_ = *head;
  head_complete_ = true;
  to_supply_ = to_give_ = head_.length;
}

/// wslay asks for octets: any number, as many as its buffer has room for.
ssize_t FrameReader::supply(unsigned char* to, std::size_t room, int, void* self) {
  auto& reader = *static_cast<FrameReader*>(self);
  auto& input = *reader.input_;
  auto size = std::min({room, input.size(), reader.wanted()});
  if (size == 0) return -1;  // means "nothing now"
  std::memcpy(to, input.data(), size);
  if (reader.head_complete_) {
    reader.to_supply_ -= size;
  } else {
    reader.note_head({input.data(), size});
  }
  input = input.subspan(size);
  return static_cast<ssize_t>(size);
}

FrameReader::Step FrameReader::next(std::span<char>& bytes, Chunk& chunk) {
  input_ = &bytes;
  wslay_frame_iocb frame{};
  auto got = wslay_frame_recv(context_.get(), &frame);
  if (got >= 0) {
    give({reinterpret_cast<const char*>(frame.data), frame.data_length}, chunk);
    return Step::chunk;
  }
  if (got != WSLAY_ERR_WANT_READ) return Step::violation;
  if (!head_complete_ || announced_) return Step::more;
  give({}, chunk);
  return Step::chunk;
}

void FrameReader::give(std::string_view data, Chunk& chunk) {
  to_give_ -= data.size();
  chunk = {head_, data, !announced_, to_give_ == 0};
  announced_ = true;
  if (!chunk.last) return;
  head_octets_ = 0;
  head_complete_ = announced_ = false;
}

}  // namespace sluice::websocket
