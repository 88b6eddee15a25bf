#include "net/outbox.hpp"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace sluice::net {

namespace {

/// Copying this much is cheaper than another entry for sendmsg and a reference count.
constexpr std::size_t copy_below = 4096;
/// A download leaves the loop to others after this much in one event. What takes turns in pieces that the caches of a
/// processor hold is cheaper, too: 4 MiB at once cost a tenth more for each octet (measured over a link).
constexpr std::uint64_t octets_per_turn = 256 << 10;
/// What the thread pool sends of a cold file at once: others wait for its threads, too.
constexpr std::uint64_t cold_octets = 1 << 20;
constexpr int pieces_per_call = 64;
/// Head and content, of two responses: a longer way to the kernel is of no account with more.
constexpr std::size_t few_pieces = 4;

}  // namespace

Outbox::Segment* Outbox::push() {
  auto* segment = new (pool_.take_node()) Segment;
  (last_ ? last_->next : first_) = segment;
  last_ = segment;
  return segment;
}

char* Outbox::reserve_block(std::size_t size) {
  auto* block = pool_.take(size);
  auto* segment = push();
  segment->block = block;
  segment->begin = block->data();
  return block->data();
}

void Outbox::append(std::string_view bytes) {
  while (!bytes.empty()) {
    auto room = last_ && last_->block ? last_->block->room() : 0;
    auto piece = bytes.substr(0, room ? room : BlockPool::block_size - sizeof(Block));
    std::memcpy(reserve(piece.size()), piece.data(), piece.size());
    commit(piece.size());
    bytes.remove_prefix(piece.size());
  }
}

void Outbox::append_borrowed(std::string_view bytes) {
  if (bytes.size() < copy_below) return append(bytes);
  auto* segment = push();
  segment->borrowed = true;
  segment->begin = bytes.data();
  segment->length = bytes.size();
  size_ += bytes.size();
}

void Outbox::keep_borrowed() {
  Segment* previous = nullptr;
  for (auto* segment = first_; segment; segment = previous->next) {
    if (segment->borrowed && previous && move_behind(*previous, *segment)) {
      previous->next = segment->next;
      if (last_ == segment) last_ = previous;
      free(segment);
      continue;
    }
    if (segment->borrowed) copy_to_block(*segment);
    previous = segment;
  }
}

/// Appends the octets of `segment` to those of the one before it, if its block has room: many small pieces would
/// otherwise take a block each.
bool Outbox::move_behind(Segment& previous, const Segment& segment) {
  auto size = static_cast<std::size_t>(segment.length);
  if (!previous.block || previous.block->room() < size) return false;
  std::memcpy(previous.block->data() + previous.block->used, segment.begin, size);
  previous.block->used += static_cast<std::uint32_t>(size);
  previous.length += size;
  return true;
}

void Outbox::copy_to_block(Segment& segment) {
  auto size = static_cast<std::size_t>(segment.length);
  segment.block = pool_.take(size);
  segment.block->used = static_cast<std::uint32_t>(size);
  std::memcpy(segment.block->data(), segment.begin, size);
  segment.begin = segment.block->data();
  segment.borrowed = false;
}

void Outbox::append_shared(std::shared_ptr<const void> owner, std::string_view bytes) {
  // A block of its own for a few octets would be dearer than a reference, above all for one message to many.
  bool fits = last_ && last_->block && last_->block->room() >= bytes.size();
  if (bytes.size() < copy_below && fits) return append(bytes);
  auto* segment = push();
  segment->owner = std::move(owner);
  segment->begin = bytes.data();
  segment->length = bytes.size();
  size_ += bytes.size();
}

void Outbox::append_file(std::shared_ptr<const OpenFile> file, std::uint64_t offset, std::uint64_t length) {
  if (length == 0) return;
  auto* segment = push();
  segment->offset = offset;
  segment->length = length;
  segment->file = std::move(file);
  size_ += length;
}

void Outbox::consume(std::uint64_t octets) {
  size_ -= octets;
  while (first_ && octets >= first_->length) {
    octets -= first_->length;
    pop();
    if (octets == 0) return;
  }
  if (octets == 0) return;
  first_->begin += octets;
  first_->length -= octets;
}

bool Outbox::send_several(Channel channel) {
  iovec pieces[few_pieces];
  std::size_t count = 0;
  for (auto* segment = first_; segment; segment = segment->next) {
    if (segment->file || count == few_pieces) return false;
    pieces[count++] = {const_cast<char*>(segment->begin), segment->length};
  }
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = count;
  auto sent = channel.send(message);
  if (sent != static_cast<ssize_t>(size_)) return sent_in_part(sent);
  clear();
  return true;
}

bool Outbox::sent_in_part(ssize_t sent) {
  if (sent > 0) consume(static_cast<std::uint64_t>(sent));
  return false;
}

Outbox::Progress Outbox::flush_bytes(Channel channel, bool ends) {
  iovec pieces[pieces_per_call];
  int count = 0;
  std::uint64_t sum = 0;
  auto* segment = first_;
  for (; segment && !segment->file && count < pieces_per_call; segment = segment->next) {
    pieces[count++] = {const_cast<char*>(segment->begin), segment->length};
    sum += segment->length;
  }
  // A file, more pieces or a FIN follow: let the kernel fill its segments.
  int flags = segment || ends ? MSG_MORE : 0;
  ssize_t sent;
  if (count == 1) {
    sent = channel.send(pieces[0].iov_base, pieces[0].iov_len, flags);
  } else {
    msghdr message{};
    message.msg_iov = pieces;
    message.msg_iovlen = static_cast<std::size_t>(count);
    sent = channel.send(message, flags);
  }
  if (sent < 0) {
    if (errno == EAGAIN || errno == EINTR) return Progress::blocked;
    return Progress::failed;
  }
  consume(static_cast<std::uint64_t>(sent));
  return static_cast<std::uint64_t>(sent) == sum ? Progress::done : Progress::blocked;
}

Outbox::Progress Outbox::flush_file(Channel channel, std::uint64_t& budget, std::uint64_t now) {
  if (budget == 0) return Progress::yielded;
  auto ready = first_->file->resident(first_->offset, std::min(first_->length, budget), now);
  if (ready == 0) return Progress::cold;
  auto sent = send_file(channel, {first_->file, first_->offset, ready});
  auto octets = static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
  budget -= octets;
  auto progress = take_sent(sent);
  // Less than asked for: the socket is full, and asking once more would cost as much as sending some pages.
  return progress == Progress::done && octets < ready ? Progress::blocked : progress;
}

Outbox::Progress Outbox::take_sent(ssize_t sent) {
  if (sent == -EAGAIN || sent == -EINTR) return Progress::blocked;
  if (sent <= 0) return Progress::failed;  // 0: the file was cut short; what was promised cannot be sent
  auto octets = static_cast<std::uint64_t>(sent);
  first_->offset += octets;
  first_->length -= octets;
  size_ -= octets;
  if (first_->length == 0) pop();
  return Progress::done;
}

Outbox::FilePart Outbox::cold_part() const {
  return {first_->file, first_->offset, std::min(first_->length, cold_octets)};
}

ssize_t Outbox::send_file(Channel channel, const FilePart& part) {
  auto sent = channel.send_file(part.file->fd(), static_cast<off_t>(part.offset), part.length);
  if (sent < 0) return -errno;
  return sent == 0 || part.file->holds_still() ? sent : -ESTALE;
}

Outbox::Progress Outbox::flush(Channel channel, std::uint64_t now, bool ends) {
  auto budget = octets_per_turn;
  while (first_) {
    auto progress = first_->file ? flush_file(channel, budget, now) : flush_bytes(channel, ends);
    if (progress != Progress::done) return progress;
  }
  return Progress::done;
}

void Outbox::clear() {
  while (first_) pop();
  size_ = 0;
}

}  // namespace sluice::net
