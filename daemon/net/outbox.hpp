#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "net/blocks.hpp"
#include "net/protocol.hpp"
#include "net/socket/channel.hpp"

namespace sluice::net {

/// What a connection has to send, in order: copied octets in pooled blocks, octets that others own or that are
/// borrowed, ranges of files. Empty it holds no memory. Owned by one connection.
class Outbox {
 public:
  enum class Progress {
    done,     // all is in the kernel's hands
    blocked,  // the socket takes no more now
    yielded,  // more could go, but others should have their turn first
    cold,     // what comes next must be read from a disk first: see cold_part()
    failed,   // the peer is gone, or a file is not any more what was promised
  };

  explicit Outbox(BlockPool& pool) : pool_(pool) {}
  ~Outbox() { clear(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  bool empty() const { return first_ == nullptr; }
  /// Octets queued; file ranges count in full.
  std::uint64_t size() const { return size_; }

  char* reserve(std::size_t size) {
    if (last_ && last_->block && last_->block->room() >= size) return last_->block->data() + last_->block->used;
    return reserve_block(size);
  }
  void commit(std::size_t size) {
    last_->block->used += static_cast<std::uint32_t>(size);
    last_->length += size;
    size_ += size;
  }
  void append(std::string_view bytes);
  /// Octets that stay where they are until keep_borrowed(), which copies those that have not been sent. A few are
  /// copied at once.
  void append_borrowed(std::string_view bytes);
  void keep_borrowed();
  void append_shared(std::shared_ptr<const void> owner, std::string_view bytes);
  void append_file(std::shared_ptr<const OpenFile> file, std::uint64_t offset, std::uint64_t length);

  /// Hands as much as possible to `channel`: consecutive octets in one sendmsg, files by sendfile. Never
  /// waits for a disk. `now`: the loop's time in ms. `ends`: our side ends right behind what is queued, so that the
  /// kernel may keep the last octets back for the segment that bears the FIN.
  Progress flush(Channel channel, std::uint64_t now, bool ends = false);
  void clear();

  /// Hands everything to the socket in one call, where it is a few pieces in memory, as most events leave it. False
  /// when there is more, or when not all of it was taken: flush() goes on, and learns why. Not for an empty outbox.
  bool send_few(Channel channel) {
    if (first_ != last_) return send_several(channel);
    return !first_->file && send_one(channel);
  }

  /// A stretch of a file.
  struct FilePart {
    std::shared_ptr<const OpenFile> file;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
  };
  /// Where flush() stopped for Progress::cold. Somebody who may wait hands it to send_file(), and its result to
  /// take_sent(); nothing may be flushed meanwhile.
  FilePart cold_part() const;
  /// sendfile(2): how many octets the socket took, or an errno, negative: ESTALE where the file changed meanwhile, so
  /// that some of them may be wrong. Callable from any thread.
  static ssize_t send_file(Channel channel, const FilePart& part);
  /// Takes away what send_file() has sent of the first part. `done`: there may be more to flush.
  Progress take_sent(ssize_t sent);

 private:
  /// One stretch of output: of `file` if that is set; else the octets lie in `block`, or `owner` keeps them, or they
  /// are borrowed.
  struct Segment {
    Segment* next = nullptr;
    Block* block = nullptr;
    const char* begin = nullptr;
    std::uint64_t length = 0;  // octets left
    std::uint64_t offset = 0;  // of a file
    bool borrowed = false;
    std::shared_ptr<const void> owner;
    std::shared_ptr<const OpenFile> file;
  };
  static_assert(sizeof(Segment) <= BlockPool::node_size);

  bool send_one(Channel channel) {
    auto sent = channel.send(first_->begin, first_->length);
    if (sent != static_cast<ssize_t>(first_->length)) return sent_in_part(sent);
    pop();
    size_ = 0;
    return true;
  }
  bool send_several(Channel channel);
  bool sent_in_part(ssize_t sent);

  char* reserve_block(std::size_t size);
  Progress flush_bytes(Channel channel, bool ends);
  Progress flush_file(Channel channel, std::uint64_t& budget, std::uint64_t now);
  void consume(std::uint64_t octets);
  void pop() {
    auto* gone = first_;
    first_ = gone->next;
    if (!first_) last_ = nullptr;
    if (gone->block) pool_.give_back(gone->block);
    free(gone);
  }
  void free(Segment* segment) {
    segment->~Segment();
    pool_.give_back_node(segment);
  }
  Segment* push();
  static bool move_behind(Segment& previous, const Segment& segment);
  void copy_to_block(Segment& segment);

  BlockPool& pool_;
  Segment* first_ = nullptr;
  Segment* last_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace sluice::net
