#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "net/loop/handle.hpp"
#include "net/loop/loop.hpp"
#include "service/system/activation.hpp"

namespace sluice::service {

/// A listening socket on its way from a process to its successor.
struct HandedSocket {
  std::string key;  // of the listener that uses it (WantedListener::key); empty: systemd passed it under `name`
  std::string name;
  int fd = -1;
  bool operator==(const HandedSocket&) const = default;
};

/// What a process tells its successor in an environment variable: a line for each descriptor.
struct Succession {
  pid_t predecessor = 0;
  int ready = -1;  // where the successor says that it serves
  std::vector<HandedSocket> sockets;

  std::string text() const;
  /// Nothing when `text` is not what text() gives.
  static std::optional<Succession> parse(std::string_view text);
};

/// The process that this one is to replace, if there is one.
class Predecessor {
 public:
  Predecessor() = default;
  /// Reads and removes the variable; adds the sockets to `sockets`.
  static Predecessor from_environment(InheritedSockets& sockets);

  /// Says that this process serves: the predecessor may finish.
  void tell_ready();

 private:
  FileDescriptor ready_;
};

/// Starts this program anew, as it was started, and gives it the listening sockets: no connection is refused while
/// one process follows the other. Owned by the control thread.
class Takeover {
 public:
  struct Outcome {
    std::function<void(pid_t)> ready;                    // the successor serves
    std::function<void(const std::string& why)> failed;  // it ended before it did
  };

  /// `notify_socket`: what NOTIFY_SOCKET was, for the successor; empty without one. One of the outcomes is called later
  /// by the loop, and the object may be destroyed then.
  Takeover(net::Loop& loop, std::vector<HandedSocket> sockets, const std::string& notify_socket, Outcome outcome);
  /// Ends a successor that does not serve yet.
  ~Takeover();

 private:
  using Process = net::UvHandle<uv_process_t>;
  using Pipe = net::UvHandle<uv_pipe_t>;

  static void on_exit(uv_process_t* process, std::int64_t status, int signal);
  static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer);
  void fail(const std::string& why);

  Outcome outcome_;
  Process process_;
  Pipe pipe_;
  pid_t successor_ = 0;
  bool settled_ = false;
  char octet_ = 0;
};

}  // namespace sluice::service
