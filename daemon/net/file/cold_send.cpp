#include "net/file/cold_send.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "net/loop/background.hpp"

namespace sluice::net {

std::shared_ptr<ColdSend> ColdSend::start(Loop& loop, Channel channel, Outbox::FilePart part,
                                          std::function<void(ssize_t)> done) {
  std::shared_ptr<ColdSend> sending(new ColdSend(channel, std::move(part)));
  sending->work_ = run_in_background(
      loop, sending->part_.file->queue(),
      [sending] {
        sending->sent_ = sending->abandoned_ ? -EPIPE : Outbox::send_file(sending->channel_, sending->part_);
      },
      [sending, done = std::move(done)] {
        if (sending->abandoned_) {
          ::close(sending->channel_.fd());
        } else {
          done(sending->sent_);
        }
      });
  return sending;
}

void ColdSend::abandon() {
  if (work_.take_back()) {
    ::close(channel_.fd());
    return;
  }
  abandoned_ = true;
  ::shutdown(channel_.fd(), SHUT_RDWR);
}

}  // namespace sluice::net
