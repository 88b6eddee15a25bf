#pragma once

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace sluice::net {

/// Reads from and writes to the socket of a connection. Connections and outboxes use the socket only through it, so
/// that protocols need not know what lies between. Calls never wait; results and errno are those of recv(2), sendmsg(2)
/// and sendfile(2). A small value that does not own the socket.
///
/// The two calls of every request bypass the C library. In a process with several threads, its functions are
/// cancellation points, which cost two locked instructions each. No thread is ever cancelled here. (Measured: 1 % of a
/// small request.)
class Channel {
 public:
  Channel(int fd) : fd_(fd) {}

  int fd() const { return fd_; }

  ssize_t receive(void* to, std::size_t size) const {
    return ::syscall(SYS_recvfrom, fd_, to, size, 0, nullptr, nullptr);
  }
  /// Whether something has been received that nobody has read.
  bool has_unread() const {
    char next;
    return ::recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
  }

  /// `flags`: of send(2), MSG_MORE for example.
  ssize_t send(const void* from, std::size_t size, int flags = 0) const {
    return ::syscall(SYS_sendto, fd_, from, size, flags | common, nullptr, 0);
  }
  ssize_t send(const msghdr& message, int flags = 0) const {
    return ::syscall(SYS_sendmsg, fd_, &message, flags | common);
  }
  /// The only call that may wait: for the file.
  ssize_t send_file(int file, off_t offset, std::size_t size) const { return ::sendfile(fd_, file, &offset, size); }

 private:
  static constexpr int common = MSG_NOSIGNAL | MSG_DONTWAIT;

  int fd_;
};

}  // namespace sluice::net
