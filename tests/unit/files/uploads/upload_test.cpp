#include "files/uploads/upload.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>

#include "http1/engine.hpp"
#include "http1/session.hpp"
#include "net/loop/background.hpp"
#include "site/dispatcher.hpp"
#include "site/site_fixture.hpp"
#include "support/fake_transport.hpp"
#include "support/loaded_site.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

namespace fs = std::filesystem;

/// A connection to a site that saves what is put below /files/.
struct Scene {
  explicit Scene(const std::string& keys = "") : keys_(keys) {}

  void send(std::string bytes) { session->on_bytes({bytes.data(), bytes.size()}); }
  /// Lets the pool and the loop work until `done`.
  template <class Condition>
  void wait(Condition done) {
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < end) transport.loop().run_once();
    REQUIRE(done());
  }
  /// In pieces of `size`, each when the one before has been taken.
  void send_in_pieces(std::string_view bytes, std::size_t size) {
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      wait([this] { return !transport.paused; });
      send(std::string(bytes.substr(at, size)));
    }
  }
  /// The status of the final answer.
  std::string status() {
    auto final = [this] {
      auto at = transport.output.rfind("HTTP/1.1 ");
      return at == std::string::npos || transport.output.compare(at + 9, 1, "1") == 0
                 ? ""
                 : transport.output.substr(at + 9, 3);
    };
    wait([&] { return !final().empty(); });
    return final();
  }
  std::string content(std::string_view name) const {
    std::ifstream file(folder.path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool is_empty() const { return fs::is_empty(folder.path()); }

 private:
  std::string keys_;

 public:
  test::TemporaryDirectory folder;
  site::Dispatcher dispatcher{
      test::site_of("[[route]]\nmethod = [\"PUT\", \"POST\"]\npath = \"/files/{name...}\"\nsave = \"" + folder.path() +
                    "/{name}\"\n" + keys_),
      nullptr};
  http1::Engine engine{dispatcher, http1::Settings{}};
  test::FakeTransport transport;
  std::unique_ptr<http1::Session> session = [this] {
    auto made = std::make_unique<http1::Session>(engine);
    made->on_open(transport);
    return made;
  }();
};

std::string put(const std::string& name, const std::string& body, const std::string& fields = "") {
  return "PUT /files/" + name + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

}  // namespace

TEST_CASE("a body is saved at every split point, in one piece and in chunks") {
  const std::string chunked =
      "PUT /files/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n";
  Scene scene;
  for (const auto& request : {put("a", "0123456789"), chunked}) {
    for (std::size_t split = request.find("\r\n\r\n"); split < request.size(); ++split) {
      CAPTURE(split);
      scene.transport.output.clear();
      scene.send(request.substr(0, split));
      scene.send(request.substr(split));
      auto status = scene.status();
      CHECK((status == "201" || status == "204"));
      CHECK(scene.content("a") == "0123456789");
      fs::remove(scene.folder.path("a"));
    }
  }
}

TEST_CASE("a large body is held while it is written, and no more of it is kept than a piece") {
  std::string body;
  for (int i = 0; body.size() < 900'000; ++i) body += std::to_string(i);
  for (std::size_t size : {1000u, 65'536u, 262'144u, 300'000u}) {
    CAPTURE(size);
    Scene scene("body_limit = \"1MiB\"");
    scene.send(put("a", body).substr(0, put("a", body).find("\r\n\r\n") + 4));
    std::size_t held = 0;
    for (std::size_t at = 0; at < body.size(); at += size) {
      scene.wait([&] { return !scene.transport.paused; });
      scene.send(body.substr(at, size));
      held += scene.transport.paused ? 1 : 0;
    }
    CHECK(scene.status() == "201");
    CHECK(held >= 2);
    CHECK(scene.content("a") == body);
  }
}

TEST_CASE("a new file is answered with its location, a replaced one without content") {
  Scene scene("headers.X-A = \"b\"");
  scene.send(put("sub/a%20b", "one"));
  CHECK(scene.status() == "201");
  CHECK(scene.transport.output.find("\r\nLocation: /files/sub/a%20b\r\n") != std::string::npos);
  CHECK(scene.transport.output.find("\r\nX-A: b\r\n") != std::string::npos);
  scene.transport.output.clear();
  scene.send(put("sub/a%20b", ""));
  CHECK(scene.status() == "204");
  CHECK(scene.transport.output.find("Location") == std::string::npos);
  CHECK(scene.content("sub/a b").empty());
}

TEST_CASE("100 (Continue) is sent once the file can be written, and not where it cannot") {
  Scene scene;
  scene.folder.write("folder/x", "");
  for (const auto* wrong : {"%2e%2e", ".a", "a%2Fb", "a%00", "folder", "folder/x/y"}) {
    CAPTURE(wrong);
    Scene other;
    other.folder.write("folder/x", "");
    auto head = put(wrong, std::string(10, 'x'), "Expect: 100-continue\r\n");
    other.send(head.substr(0, head.size() - 10));
    CHECK(other.status().starts_with("4"));
    CHECK(other.transport.output.find(" 100 ") == std::string::npos);
  }
  auto request = put("a", "0123456789", "Expect: 100-continue\r\n");
  scene.send(request.substr(0, request.size() - 10));
  scene.wait([&] { return scene.transport.output == "HTTP/1.1 100 Continue\r\n\r\n"; });
  scene.send("0123456789");
  CHECK(scene.status() == "201");
}

TEST_CASE("a slash separates folders only where it is one of the path") {
  test::TemporaryDirectory folder;
  test::TestSite site("[[route]]\nmethod = \"POST\"\npath = \"/files/{rest...}\"\nquery.n = \"string?\"\nsave = \"" +
                      folder.path() + "/{n}{header.X-Name}-{cookie.c}/{rest}\"\n");
  CHECK(site.findings().empty());
  auto ask = [&](const std::string& target, const std::string& field, const std::string& value) {
    return site.serve({.target = target, .method = http::Method::post, .fields = {{field, value}}, .body = {}});
  };
  CHECK(ask("/files/a/b?n=x/y", "X-Name", "z").status == 400);
  CHECK(ask("/files/a/b?n=..%2F", "X-Name", "z").status == 400);
  CHECK(ask("/files/a/b", "X-Name", "../..").status == 400);
  CHECK(ask("/files/a/b", "Cookie", "c=x/y").status == 400);
  CHECK(ask("/files/a/%2e%2e", "X-Name", "z").status == 400);
  CHECK(ask("/files/", "X-Name", "z").status == 400);
  auto refused = ask("/files/a%2Fb", "X-Name", "z");
  CHECK(refused.body.find("a slash (`%2F`) cannot be part of a file name") != std::string::npos);
}

TEST_CASE("a part of a file is not taken for a whole one") {
  Scene scene;
  scene.send(put("a", "x", "Content-Range: bytes 0-0/2\r\n"));
  CHECK(scene.status() == "400");
  CHECK(scene.is_empty());
}

TEST_CASE("preconditions are heeded") {
  Scene scene;
  auto ask = [&](const std::string& name, const std::string& field) {
    scene.transport.output.clear();
    scene.send(put(name, "new", field + "\r\n"));
    return scene.status();
  };
  scene.folder.write("old", "old");
  CHECK(ask("old", "If-None-Match: *") == "412");
  CHECK(ask("old", "If-Match: \"abc\"") == "412");
  CHECK(ask("old", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT") == "412");
  CHECK(ask("none", "If-Match: *") == "412");
  CHECK(scene.content("old") == "old");
  CHECK(ask("old", "If-Match: *") == "204");
  CHECK(ask("new", "If-None-Match: *") == "201");
}

TEST_CASE("a body above the limit leaves nothing") {
  Scene scene("body_limit = \"4B\"");
  scene.send(put("a", "12345"));
  CHECK(scene.status() == "413");
  scene.wait([&] { return scene.is_empty(); });
  Scene chunks("body_limit = \"4B\"");
  chunks.send("PUT /files/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n1\r\n4\r\n0\r\n\r\n");
  CHECK(chunks.status() == "413");
  CHECK(chunks.is_empty());
}

TEST_CASE("an upload whose client goes away leaves nothing, wherever it stops") {
  auto request = put("sub/a", std::string(600'000, 'x'));
  for (std::size_t end : {20uz, 70uz, 100uz, 262'300uz, 400'000uz, 599'000uz}) {
    for (bool waits : {false, true}) {
      CAPTURE(end);
      Scene scene;
      scene.send(request.substr(0, end));
      if (waits) scene.wait([&] { return !scene.transport.paused; });
      scene.session.reset();
      CHECK(scene.is_empty());
    }
  }
}

TEST_CASE("a client that ends its side when all is sent gets its answer") {
  Scene scene;
  scene.send(put("a", std::string(300'000, 'x')));
  scene.session->on_eof();
  CHECK(scene.status() == "201");
  CHECK(scene.content("a").size() == 300'000);
}

TEST_CASE("a folder that is gone is answered with 500") {
  Scene scene;
  fs::remove_all(scene.folder.path());
  scene.send(put("a", "x"));
  CHECK(scene.status() == "500");
}

TEST_CASE("a file system that does not answer is answered with 503 for it, and is waited for by nobody") {
  Scene scene("[server.timeouts]\nfile_system = \"50ms\"\n");
  auto& loop = scene.transport.loop();
  std::promise<void> answers;
  auto wait = answers.get_future().share();
  std::size_t ended = 0;
  for (std::size_t i = 0; i < net::queue_width; ++i)
    net::run_in_background(
        loop, net::queue_of(scene.folder.path() + " (uploads)"), [wait] { wait.wait(); }, [&] { ++ended; });
  scene.send(put("a", "x"));
  CHECK(scene.status() == "503");
  answers.set_value();
  scene.wait([&] { return ended == net::queue_width; });
  CHECK(scene.is_empty());
}

TEST_CASE("a client may take its time where the file system does not") {
  Scene scene("[server.timeouts]\nfile_system = \"20ms\"\n");
  auto request = put("a", std::string(300'000, 'x'));
  scene.send(request.substr(0, 290'000));
  auto& loop = scene.transport.loop();
  auto begin = loop.now();
  scene.wait([&] { return loop.now() > begin + 100; });
  CHECK(scene.transport.output.empty());
  scene.send(request.substr(290'000));
  CHECK(scene.status() == "201");
}

TEST_CASE("the connection goes on after an upload") {
  Scene scene;
  scene.send(put("a", "one") + put("b", "two"));
  scene.wait([&] { return fs::exists(scene.folder.path("b")); });
  CHECK(scene.status() == "201");
  CHECK_FALSE(scene.transport.closed);
}
