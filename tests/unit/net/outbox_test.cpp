#include "net/outbox.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

using namespace sluice::net;

namespace {

/// Two connected sockets, the first non-blocking.
struct Pair {
  int fds[2];
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) == 0); }
  ~Pair() {
    ::close(fds[0]);
    ::close(fds[1]);
  }
  std::string read_all() {
    std::string text;
    char buffer[65536];
    for (ssize_t n; (n = ::read(fds[1], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
    return text;
  }
};

std::shared_ptr<const OpenFile> file_of(const std::string& text) {
  char name[] = "/tmp/sluice-outbox-XXXXXX";
  int fd = ::mkstemp(name);
  ::unlink(name);
  REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  return std::make_shared<const OpenFile>(fd);
}

}  // namespace

TEST_CASE("an outbox sends copies, shared octets and files in their order") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  auto shared = std::make_shared<const std::string>(10'000, 's');
  outbox.append("head ");
  outbox.append_shared(shared, *shared);
  outbox.append_file(file_of("0123456789"), 2, 5);
  outbox.append(" tail");
  CHECK(outbox.size() == 5 + 10'000 + 5 + 5);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::done);
  CHECK(outbox.empty());
  CHECK(outbox.size() == 0);
  CHECK(pair.read_all() == "head " + *shared + "23456 tail");
  CHECK(shared.use_count() == 1);
}

TEST_CASE("an outbox goes on where a full socket stopped it") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  std::string text;
  for (int i = 0; i < 300'000; ++i) text += std::to_string(i);
  outbox.append(text);
  std::string got;
  while (true) {
    auto progress = outbox.flush(pair.fds[0], 0);
    CHECK(progress != Outbox::Progress::failed);
    got += pair.read_all();
    if (progress == Outbox::Progress::done) break;
  }
  CHECK(got == text);
}

TEST_CASE("borrowed octets leave from where they lie, or are kept before that place is used anew") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  std::string place(100'000, 'a');
  outbox.append("head ");
  outbox.append_borrowed(place);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::done);
  CHECK(pair.read_all() == "head " + place);

  int small = 4096;
  ::setsockopt(pair.fds[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  std::string sent, read;
  for (char letter = 'b'; letter < 'h'; ++letter) {
    std::ranges::fill(place, letter);
    auto part =
        std::string_view(place).substr(0, 3000 * static_cast<std::size_t>(letter - 'a'));  // short ones are copied
    outbox.append_borrowed(part);
    outbox.append("|");
    sent.append(part).append("|");
    CHECK(outbox.flush(pair.fds[0], 0) != Outbox::Progress::failed);
    outbox.keep_borrowed();
  }
  CHECK(!outbox.empty());
  std::ranges::fill(place, 'x');
  while (!outbox.empty()) {
    read += pair.read_all();
    CHECK(outbox.flush(pair.fds[0], 0) != Outbox::Progress::failed);
  }
  CHECK(read + pair.read_all() == sent);
}

TEST_CASE("borrowed octets that are kept lie in order, several in a block") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  std::string place(20'000, ' '), sent;
  for (std::size_t i = 0; i < place.size(); ++i) place[i] = static_cast<char>('a' + i / 5000);
  auto part = [&](std::size_t number) { return std::string_view(place).substr(5000 * number, 5000); };
  outbox.append("head ");
  outbox.append_borrowed(part(0));
  outbox.append_borrowed(part(1));
  outbox.append(" middle ");
  outbox.append_borrowed(part(2));
  outbox.append_borrowed(part(3));
  sent.append("head ").append(part(0)).append(part(1)).append(" middle ").append(part(2)).append(part(3));
  CHECK(outbox.size() == sent.size());
  outbox.keep_borrowed();
  std::ranges::fill(place, 'x');
  outbox.append(" tail");
  CHECK(outbox.size() == sent.size() + 5);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::done);
  CHECK(pair.read_all() == sent + " tail");
}

TEST_CASE("a file that is shorter than promised fails") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  outbox.append_file(file_of("short"), 0, 100);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::blocked);  // the socket may just be full
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::failed);
}

TEST_CASE("a peer that has gone fails") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  ::shutdown(pair.fds[1], SHUT_RDWR);
  outbox.append("x");
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::failed);
}

TEST_CASE(
    "an outbox stops where it would have to wait for a file, and goes on with what somebody else has sent of it") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  auto local = file_of("0123456789");
  outbox.append("head ");
  outbox.append_file(std::make_shared<const OpenFile>(::dup(local->fd()), Storage::remote), 2, 5);
  outbox.append(" tail");
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::cold);
  CHECK(pair.read_all() == "head ");
  auto part = outbox.cold_part();
  CHECK(part.offset == 2);
  CHECK(part.length == 5);
  part.length = 3;
  CHECK(outbox.take_sent(Outbox::send_file(pair.fds[0], part)) == Outbox::Progress::done);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::cold);
  CHECK(outbox.take_sent(Outbox::send_file(pair.fds[0], outbox.cold_part())) == Outbox::Progress::done);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::done);
  CHECK(pair.read_all() == "23456 tail");
}

TEST_CASE("a file that turns out shorter fails the outbox, whoever sends it") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  auto local = file_of("0123456789");
  outbox.append_file(std::make_shared<const OpenFile>(::dup(local->fd()), Storage::remote), 10, 5);
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::cold);
  CHECK(outbox.take_sent(Outbox::send_file(pair.fds[0], outbox.cold_part())) == Outbox::Progress::failed);
  CHECK(outbox.take_sent(-EAGAIN) == Outbox::Progress::blocked);
}

TEST_CASE("a few pieces are handed over at once, or as far as the socket takes them") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  outbox.append("small");
  CHECK(outbox.send_few(pair.fds[0]));
  CHECK(outbox.empty());
  CHECK(outbox.size() == 0);
  CHECK(pair.read_all() == "small");

  auto shared = std::make_shared<const std::string>(10'000, 's');
  outbox.append("head ");
  outbox.append_shared(shared, *shared);
  outbox.append(" tail");
  CHECK(outbox.send_few(pair.fds[0]));
  CHECK(outbox.empty());
  CHECK(outbox.size() == 0);
  CHECK(pair.read_all() == "head " + *shared + " tail");
  CHECK(shared.use_count() == 1);

  std::string large(4 << 20, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>('a' + i % 23);
  SUBCASE("one") { outbox.append_borrowed(large); }
  SUBCASE("two") {
    outbox.append_borrowed(std::string_view(large).substr(0, 5000));
    outbox.append_borrowed(std::string_view(large).substr(5000));
  }
  CHECK_FALSE(outbox.send_few(pair.fds[0]));
  CHECK(outbox.size() > 0);
  CHECK(outbox.size() < large.size());
  auto copy = large;
  outbox.keep_borrowed();
  large.assign(large.size(), '!');  // the reader's buffer is used again
  std::string taken;
  for (int i = 0; i < 1000 && !outbox.empty(); ++i) {
    taken += pair.read_all();
    outbox.flush(pair.fds[0], 0);
  }
  taken += pair.read_all();
  CHECK(taken == copy);
  CHECK(outbox.size() == 0);
}

TEST_CASE("many pieces, and files, are left to a flush") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  auto shared = std::make_shared<const std::string>(5000, 's');
  std::string expected;
  SUBCASE("a file") { outbox.append_file(file_of("0123456789"), 0, 10), expected = "0123456789"; }
  SUBCASE("a file behind its head") {
    outbox.append("head ");
    outbox.append_file(file_of("0123456789"), 0, 10);
    expected = "head 0123456789";
  }
  SUBCASE("many pieces") {
    for (int i = 0; i < 9; ++i) outbox.append_shared(shared, *shared), expected += *shared;
  }
  CHECK_FALSE(outbox.send_few(pair.fds[0]));
  CHECK(outbox.size() == expected.size());
  CHECK(pair.read_all().empty());
  CHECK(outbox.flush(pair.fds[0], 0) == Outbox::Progress::done);
  CHECK(pair.read_all() == expected);
}

TEST_CASE("a file that may have to be read from a disk is not sent in a hurry") {
  BlockPool pool;
  Outbox outbox(pool);
  Pair pair;
  outbox.append_file(file_of("0123456789"), 0, 10);
  CHECK_FALSE(outbox.send_few(pair.fds[0]));
  CHECK(outbox.size() == 10);
}
