#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "http1/engine.hpp"
#include "net/connections.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "rawecho/udp_echo.hpp"
#include "service/access_log.hpp"
#include "site/dispatcher.hpp"

namespace sluice::service {

/// A socket that a worker is to serve.
struct WorkerSocket {
  enum class Kind : std::uint8_t { http, tcp_echo, udp_echo };
  Kind kind = Kind::http;
  int fd = -1;
  std::chrono::milliseconds idle{};  // of an echo connection
};

/// One event loop in a thread of its own, with its own sockets, connections and buffers. It shares nothing with the others
/// but the immutable Site. The control thread owns it and talks to it only through the functions below.
class Worker {
 public:
  /// `access_fd` is -1 without an access log. The sockets become the worker's.
  Worker(std::shared_ptr<const site::Site> site, std::size_t workers, int access_fd, std::vector<WorkerSocket> sockets);
  ~Worker();

  void start();
  void reload(std::shared_ptr<const site::Site> site);
  /// Accepts no more, finishes what is in flight; `when_done` is called in the worker's thread.
  void drain(std::function<void()> when_done);
  /// Drops what is left and ends the loop.
  void stop();
  void join();

 private:
  void listen(const WorkerSocket& socket);
  void configure(const site::Site& site);

  std::size_t workers_;
  net::Loop loop_;
  std::unique_ptr<AccessLog> access_log_;
  site::Dispatcher dispatcher_;
  http1::Engine engine_;
  net::Connections connections_;
  std::vector<std::unique_ptr<net::Listener>> listeners_;
  std::vector<std::unique_ptr<rawecho::UdpEcho>> datagram_echoes_;
  std::thread thread_;
};

}  // namespace sluice::service
