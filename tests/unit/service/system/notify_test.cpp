#include "service/system/notify.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

/// The manager's side: a bound datagram socket.
struct Manager {
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  explicit Manager(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    auto length = offsetof(sockaddr_un, sun_path) + name.size();
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(length)) == 0);
  }
  ~Manager() { ::close(fd); }

  std::string receive() const {
    char text[1024];
    auto size = ::recv(fd, text, sizeof text, 0);
    return size < 0 ? "(nothing)" : std::string(text, static_cast<std::size_t>(size));
  }
};

std::string abstract_name(const char* what) { return "@sluice-" + std::to_string(::getpid()) + "-" + what; }

}  // namespace

TEST_CASE("the manager is told what happens, on an abstract socket as on one in a folder") {
  test::TemporaryDirectory folder;
  for (const auto& name : {abstract_name("tell"), folder.path("notify")}) {
    Manager manager(name);
    service::Notifier notifier(name.c_str());
    REQUIRE(notifier.enabled());
    notifier.ready("serving\nnothing");
    CHECK(manager.receive() == "READY=1\nSTATUS=serving nothing");
    notifier.reloading();
    CHECK(manager.receive().starts_with("RELOADING=1\nMONOTONIC_USEC="));
    notifier.stopping("draining", 35s);
    CHECK(manager.receive() == "STOPPING=1\nEXTEND_TIMEOUT_USEC=35000000\nSTATUS=draining");
    notifier.alive();
    CHECK(manager.receive() == "WATCHDOG=1");
    CHECK(manager.receive() == "(nothing)");
  }
}

TEST_CASE("without a manager nothing is said") {
  for (const char* name : {static_cast<const char*>(nullptr), "", "@", "relative", "/no/such/socket"}) {
    service::Notifier notifier(name);
    CHECK(!notifier.enabled());
    notifier.ready("serving");
  }
}

TEST_CASE("the watchdog interval is taken only when it is meant for this process") {
  auto own = std::to_string(::getpid());
  CHECK(service::watchdog_interval("3000000", own.c_str()) == 3s);
  CHECK(service::watchdog_interval("3000000", nullptr) == 3s);
  CHECK(!service::watchdog_interval("3000000", "1"));
  CHECK(!service::watchdog_interval("0", nullptr));
  CHECK(!service::watchdog_interval("3s", nullptr));
  CHECK(!service::watchdog_interval(nullptr, nullptr));
}

TEST_CASE("a sign of life is given only when every party has answered") {
  net::Loop loop;
  std::vector<std::function<void()>> asked;
  int signs = 0;
  auto keep = [&asked](std::function<void()> answer) { asked.push_back(std::move(answer)); };
  service::Watchdog watchdog(loop, 1h, {keep, keep}, [&signs] { ++signs; });

  watchdog.ask();
  REQUIRE(asked.size() == 2);
  asked[0]();
  loop.run_once();
  CHECK(signs == 0);
  watchdog.ask();  // one still hangs: it is not asked again
  CHECK(asked.size() == 2);
  asked[1]();
  loop.run_once();
  CHECK(signs == 1);
  watchdog.ask();
  CHECK(asked.size() == 4);
}
