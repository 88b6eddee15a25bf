#include "http1/known_heads.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "http1/scene.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

const std::string head = "GET /a?b=c HTTP/1.1\r\nHost: x:80\r\nA: b\r\n\r\n";

}  // namespace

TEST_CASE("a head is known once it has come twice, at the front of what was received") {
  Scene scene;
  auto& heads = scene.engine.heads;
  CHECK_FALSE(heads.find(head));
  scene.send(head);
  CHECK_FALSE(heads.find(head));
  scene.send(head);
  for (const auto& received : {head, head + "GET / HTTP/1.1\r\n", head + head}) {
    auto* known = heads.find(received);
    REQUIRE(known);
    CHECK(known->octets == head);
    CHECK(known->request.path == "/a");
    CHECK(known->request.query == "b=c");
    CHECK(known->request.host == "x");
    CHECK(known->request.authority == "x:80");
    REQUIRE(known->request.fields.size() == 2);
    CHECK(known->request.fields[1].value == "b");
    CHECK(known->request.fields[1].value.data() == known->octets.data() + known->octets.find("b\r\n\r\n"));
    CHECK(known->keep_alive);
  }
  CHECK_FALSE(heads.find("GET /a?b=d HTTP/1.1\r\nHost: x:80\r\nA: b\r\n\r\n"));
  CHECK_FALSE(heads.find(head.substr(0, head.size() - 1)));
  CHECK_FALSE(heads.find(""));
}

TEST_CASE("heads that are large, have a body, are of another kind or are refused are not kept") {
  for (const std::string& other : {"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(2000, 'c') + "\r\n\r\n",
                                   std::string("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"),
                                   std::string("GET / HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n"),
                                   std::string("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n"),
                                   std::string("GET /\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n"),
                                   std::string("GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n"),
                                   std::string("GET / HTTP/1.1\r\n\r\n")}) {
    Scene scene;
    for (int i = 0; i < 4; ++i) {
      scene.session = std::make_unique<Session>(scene.engine);
      scene.session->on_open(scene.transport);
      scene.send(other);
    }
    CHECK(scene.application.outcomes.size() == 4);
    CHECK_MESSAGE(!scene.engine.heads.find(other), other);
  }
}

TEST_CASE("a head that comes once among others that are known takes nobody's place") {
  Scene scene;
  const std::string once = "GET /once HTTP/1.1\r\nHost: x\r\n\r\n";
  for (int i = 0; i < 3; ++i) scene.send(head);
  scene.send(once.substr(0, 25));
  scene.send(once.substr(25));
  CHECK_FALSE(scene.engine.heads.find(once));
  CHECK(scene.engine.heads.find(head));
  scene.send("\r\n" + once);  // the second time, behind an empty line
  CHECK(scene.engine.heads.find(once));
}

TEST_CASE("heads that differ in a cookie of equal size only take nobody's place until one comes again") {
  Scene scene;
  auto with_cookie = [](int number) {
    return "GET /a/path/that/is/long HTTP/1.1\r\nHost: x\r\nCookie: id=" + std::to_string(number) + "\r\n\r\n";
  };
  for (int i = 0; i < 2; ++i) scene.send(with_cookie(1000));
  for (int i = 1001; i < 1100; ++i) {
    scene.send(with_cookie(i));
    CHECK(scene.engine.heads.find(with_cookie(1000)));
    CHECK_FALSE(scene.engine.heads.find(with_cookie(i)));
  }
  scene.send(with_cookie(1099));
  CHECK(scene.engine.heads.find(with_cookie(1099)));
}

TEST_CASE("a known head outlives its place for whoever retains it") {
  Scene scene;
  for (int i = 0; i < 2; ++i) scene.send(head);
  auto* known = scene.engine.heads.find(head);
  REQUIRE(known);
  known->retain();
  scene.engine.set_settings({});
  CHECK_FALSE(scene.engine.heads.find(head));
  CHECK(known->request.path == "/a");
  known->release();
}

TEST_CASE("a request on a known head is worked on while others take its place") {
  const std::string waits = "GET /wait?b HTTP/1.1\r\nHost: x\r\n\r\n";
  Scene scene;
  for (int i = 0; i < 3; ++i) {
    scene.send(waits);
    REQUIRE(scene.application.waiting);
    if (i < 2) TestApplication::answer(*std::exchange(scene.application.waiting, nullptr), 200, "early");
  }
  auto* waiting = scene.application.waiting;
  REQUIRE(waiting->memo);
  scene.engine.set_settings({});
  CHECK(waiting->request.target == "/wait?b");
  CHECK(waiting->request.scheme == "http");
  TestApplication::answer(*waiting, 200, "late");
  CHECK(scene.transport.output.ends_with("late"));
}
