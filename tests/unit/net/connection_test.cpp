#include "net/connection.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "net/connections.hpp"

using namespace sluice::net;

namespace {

/// Keeps what it is given.
class Recorder final : public Protocol {
 public:
  struct Seen {
    std::string bytes;
    int calls = 0;
    bool ended = false;
    bool pauses_when_writable = false;
    Transport* transport = nullptr;
  };
  explicit Recorder(Seen& seen) : seen_(seen) {}

  void on_open(Transport& transport) override { seen_.transport = &transport; }
  void on_bytes(std::span<char> bytes) override {
    seen_.bytes.append(bytes.data(), bytes.size());
    ++seen_.calls;
  }
  void on_eof() override {
    seen_.ended = true;
    seen_.transport->close(false);
  }
  void on_writable() override {
    if (seen_.pauses_when_writable) seen_.transport->pause_reading();
  }
  void on_deadline() override {}
  void drain() override {}

 private:
  Seen& seen_;
};

/// A connection on one end of a pair of sockets; the other end belongs to the test.
struct Scene {
  Loop loop;
  Connections connections{loop, {}};
  Recorder::Seen seen;
  Address address;
  int peer = -1;

  Scene() {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    peer = fds[1];
    for (int fd : fds) {
      int room = 1 << 20;
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
      ::fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    connections.add(fds[0], address, address, std::make_unique<Recorder>(seen));
    turn(3);
  }
  ~Scene() {
    ::close(peer);
    turn(8);  // it ends, too, and is freed
  }

  void turn(int times) {
    for (int i = 0; i < times; ++i) loop.run_once();
  }
  void send(const std::string& text) const {
    REQUIRE(::send(peer, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
  }
};

std::string octets(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('a' + i * 7 % 26);
  return text;
}

}  // namespace

TEST_CASE("what one read leaves is read without another arrival") {
  for (auto size : {Loop::read_buffer_size - 1, Loop::read_buffer_size, Loop::read_buffer_size + 1,
                    2 * Loop::read_buffer_size, 2 * Loop::read_buffer_size + 17}) {
    Scene scene;
    scene.send(octets(size));
    scene.turn(8);
    CHECK(scene.seen.bytes == octets(size));
    CHECK_FALSE(scene.seen.ended);
    scene.send("more");  // and what arrives later
    scene.turn(2);
    CHECK(scene.seen.bytes == octets(size) + "more");
  }
}

TEST_CASE("an end that arrives together with the last octets is noticed") {
  for (auto size : {std::size_t{1}, Loop::read_buffer_size, Loop::read_buffer_size + 1}) {
    Scene scene;
    scene.send(octets(size));
    ::shutdown(scene.peer, SHUT_WR);
    scene.turn(8);
    CHECK(scene.seen.bytes == octets(size));
    CHECK(scene.seen.ended);
    CHECK(scene.connections.count() == 0);
  }
}

TEST_CASE("while reading is paused octets wait, and are there when it goes on") {
  Scene scene;
  scene.seen.transport->pause_reading();
  scene.turn(2);
  scene.send("waits");
  scene.turn(4);
  CHECK(scene.seen.calls == 0);
  scene.seen.transport->resume_reading();
  scene.turn(4);
  CHECK(scene.seen.bytes == "waits");
}

TEST_CASE("a pause between two events loses nothing of what has been told already") {
  Scene scene;
  scene.send("first");
  scene.seen.transport->pause_reading();
  scene.seen.transport->resume_reading();
  scene.turn(4);
  CHECK(scene.seen.bytes == "first");
}

TEST_CASE("the end of the peer's sending is noticed while reading is paused, when nothing is left to be read") {
  Scene scene;
  scene.seen.transport->pause_reading();
  scene.turn(2);
  ::shutdown(scene.peer, SHUT_WR);
  scene.turn(4);
  CHECK(scene.seen.ended);
  CHECK(scene.seen.calls == 0);
}

TEST_CASE("what a peer sent before it ended its side is read before the end is told") {
  Scene scene;
  scene.seen.transport->pause_reading();
  scene.turn(2);
  scene.send("waits");
  ::shutdown(scene.peer, SHUT_WR);
  scene.turn(4);
  CHECK_FALSE(scene.seen.ended);
  scene.seen.transport->resume_reading();
  scene.turn(4);
  CHECK(scene.seen.bytes == "waits");
  CHECK(scene.seen.ended);
}

TEST_CASE("a pause in on_writable() is not taken for the end of the peer whose octets have come in the same event") {
  Scene scene;
  scene.seen.pauses_when_writable = true;
  scene.seen.transport->write(octets(4 << 20));
  scene.seen.transport->want_writable();
  scene.turn(4);
  std::string taken(8 << 20, '\0');
  std::size_t received = 0;
  for (int i = 0; i < 1000 && received < 4 << 20; ++i) {
    auto count = ::recv(scene.peer, taken.data(), taken.size(), 0);
    received += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    scene.send("x");  // so that each event is of octets as well as of room for more
    scene.turn(1);
  }
  CHECK(received == 4 << 20);
  scene.turn(2);
  CHECK_FALSE(scene.seen.ended);
  CHECK(scene.connections.count() == 1);
}

TEST_CASE("a connection that lingers drops whatever still comes, until the peer ends") {
  Scene scene;
  SUBCASE("while it was reading") {}
  SUBCASE("while reading was paused") {
    scene.seen.transport->pause_reading();
    scene.turn(2);
  }
  scene.seen.transport->close(true);
  scene.turn(2);
  scene.send(octets(3 * Loop::read_buffer_size));
  scene.turn(6);
  CHECK(scene.connections.count() == 1);
  int left = 0;
  CHECK(::ioctl(scene.peer, SIOCOUTQ, &left) == 0);
  CHECK(left == 0);
  scene.send("x");
  ::shutdown(scene.peer, SHUT_WR);
  scene.turn(6);
  CHECK(scene.connections.count() == 0);
  CHECK(scene.seen.calls == 0);
}
