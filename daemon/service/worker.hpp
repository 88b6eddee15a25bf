#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "echo/udp_echo.hpp"
#include "net/connections.hpp"
#include "net/loop/loop.hpp"
#include "net/socket/listener.hpp"
#include "rooms/hub.hpp"
#include "service/front.hpp"
#include "service/system/sockets.hpp"
#include "service/watcher.hpp"

namespace sluice::service {

/// A socket that a worker is to serve.
struct WorkerSocket {
  std::string key;  // names the listener in later calls
  ListenerKind kind = ListenerKind::http;
  int fd = -1;
  std::chrono::milliseconds idle{};  // of an echo connection
  Rate rate{};                       // of datagrams that an echo answers
};

/// One event loop in a thread of its own, with its own sockets, connections and buffers. It shares nothing with the
/// others but the immutable Site. The control thread owns it and talks to it only through the functions below.
class Worker {
 public:
  /// Lines of the access log are written to `access_fd`. The sockets become the worker's. `admission` and `rooms` are
  /// shared by all workers.
  Worker(const std::shared_ptr<const site::Site>& site, std::size_t workers, int access_fd,
         const std::vector<WorkerSocket>& sockets, net::Admission& admission, rooms::Registry& rooms);
  ~Worker();

  void start();
  /// Calls `answer` in the worker's thread: a sign that its loop turns.
  void ping(std::function<void()> answer) { loop_.post(std::move(answer)); }
  /// From the next request on serves `site`; takes `added` sockets, which become the worker's, and no longer accepts on
  /// the listeners `removed`, whose connections go on. Gives back the files of mounts up to `old_mounts`
  /// (FileCache::last_owner() before `site` was loaded).
  void reload(std::shared_ptr<const site::Site> site, std::vector<WorkerSocket> added, std::vector<std::string> removed,
              std::uint64_t old_mounts);
  /// While set, every response ends its connection: memory is short.
  void set_strained(bool strained);
  /// Lets go of what can be made or read again.
  void shed();
  /// Accepts no more, finishes what is in flight, and ends lasting connections one after the other within `spread`;
  /// `when_done` is called in the worker's thread.
  void drain(std::function<void()> when_done, std::chrono::milliseconds spread);
  /// Drops what is left and ends the loop.
  void stop();
  void join();
  /// After join(): writes what the access log still has to.
  void flush() { watcher_.flush(); }

 private:
  void listen(const WorkerSocket& socket);
  std::unique_ptr<net::Protocol> make_protocol(const std::string& key);
  std::unique_ptr<net::Protocol> make_session(http1::Engine& engine);

  std::size_t workers_;
  net::Admission& admission_;
  net::Loop loop_;
  rooms::Hub hub_;
  ExchangeWatcher watcher_;
  Fronts fronts_;
  net::Connections connections_;
  std::multimap<std::string, std::unique_ptr<net::Listener>> listeners_;  // by key; systemd may pass several under one
  std::multimap<std::string, std::unique_ptr<echo::UdpEcho>> datagram_echoes_;
  std::thread thread_;
};

}  // namespace sluice::service
