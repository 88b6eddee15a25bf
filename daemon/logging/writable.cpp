#include "logging/writable.hpp"

#include <poll.h>

namespace sluice::logging {

bool takes_bytes_now(int fd) {
  pollfd wanted{fd, POLLOUT, 0};
  return ::poll(&wanted, 1, 0) == 1 && (wanted.revents & POLLOUT) != 0;
}

}  // namespace sluice::logging
