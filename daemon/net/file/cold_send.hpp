#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

#include "net/loop/background.hpp"
#include "net/loop/loop.hpp"
#include "net/outbox.hpp"

namespace sluice::net {

/// A stretch of a file that has to be read from a disk first, on its way to a socket: the thread pool reads
/// and sends it, while nobody else may write to the socket. Belongs to the connection until that ends.
class ColdSend {
 public:
  /// `done` gets the result of Outbox::send_file() in the loop's thread, unless the sending is abandoned.
  static std::shared_ptr<ColdSend> start(Loop& loop, Channel channel, Outbox::FilePart part,
                                         std::function<void(ssize_t)> done);

  /// How long the file system has given nothing at `now`, a time of the loop in milliseconds.
  std::chrono::milliseconds quiet_for(std::uint64_t now) const { return work_.quiet_for(now); }
  const OpenFile& file() const { return *part_.file; }

  /// Takes over the socket, which is closed, or shut down now and closed as soon as the pool has let go of it.
  void abandon();

 private:
  ColdSend(Channel channel, Outbox::FilePart part) : channel_(channel), part_(std::move(part)) {}

  Channel channel_;
  Outbox::FilePart part_;
  ssize_t sent_ = 0;
  BackgroundWork work_;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace sluice::net
