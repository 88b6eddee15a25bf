#include <doctest/doctest.h>

#include <thread>

#include "http1/scene.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

std::string run(std::string_view bytes, std::size_t piece) {
  Scene scene;
  scene.send_in_pieces(bytes, piece);
  return scene.output() + (scene.transport.closed ? "<closed>" : "");
}

/// The status codes of all answers, and "c" when the connection was closed.
std::string statuses(std::string_view bytes) {
  Scene scene;
  scene.send(std::string(bytes));
  std::string text;
  auto output = scene.transport.output;
  for (auto at = output.find("HTTP/1.1 "); at != std::string::npos; at = output.find("HTTP/1.1 ", at + 1))
    text += (text.empty() ? "" : " ") + output.substr(at + 9, 3);
  return text + (scene.transport.closed ? " c" : "");
}

}  // namespace

TEST_CASE("a request is answered the same at every split point") {
  const std::string requests[] = {
      "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n",
      "\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
      "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /q HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e=1\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n"
      "GET /after HTTP/1.1\r\nHost: x\r\n\r\n",
      "POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhelloGET /q HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\nBROKEN\r\n\r\n",
      "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\n\r\n",
      "GET /J\xc3\xbcrgen HTTP/1.1\r\nHost: x\r\n\r\n",
  };
  for (const auto& request : requests) {
    auto whole = run(request, request.size());
    for (std::size_t piece = 1; piece < request.size(); ++piece) {
      CAPTURE(request);
      CAPTURE(piece);
      CHECK(run(request, piece) == whole);
    }
  }
}

TEST_CASE("a request is answered and the connection stays open") {
  Scene scene;
  scene.send("GET /a?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output() == ok("GET /a?x=1"));
  CHECK_FALSE(scene.transport.closed);
  CHECK(scene.transport.deadline == Settings{}.keep_alive);
}

TEST_CASE("pipelined requests are answered in order") {
  Scene scene;
  scene.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output() == ok("GET /1") + ok("GET /2") + ok("GET /3"));
}

TEST_CASE("requests behind one that waits are answered after it") {
  Scene scene;
  scene.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output().empty());
  CHECK(scene.transport.paused);
  TestApplication::answer(*scene.application.waiting, 200, "at last");
  CHECK(scene.output() == ok("at last") + ok("GET /2"));
  CHECK_FALSE(scene.transport.paused);
}

TEST_CASE("a client that is gone cancels what works for it") {
  Scene scene;
  scene.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  scene.session.reset();
  CHECK(scene.application.outcomes == std::vector<http::Status>{0});
}

TEST_CASE("a client that ends its side gets the answer for which it waits") {
  Scene scene;
  scene.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  scene.session->on_eof();
  CHECK_FALSE(scene.transport.closed);
  CHECK(scene.transport.probing);
  TestApplication::answer(*scene.application.waiting, 200, "at last");
  CHECK(scene.output() == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nat last");
  CHECK(scene.transport.closed);
  CHECK_FALSE(scene.transport.lingering);
  CHECK(scene.application.outcomes == std::vector<http::Status>{200});
}

TEST_CASE("a client that ends its side gets the answers to all that it has asked") {
  Scene scene;
  scene.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  scene.session->on_eof();
  TestApplication::answer(*scene.application.waiting, 200, "at last");
  CHECK(scene.output().starts_with(ok("at last")));
  CHECK(scene.output().ends_with("POST /2 hi"));
  CHECK(scene.transport.closed);
}

TEST_CASE("a client that ends its side in the middle of a request is gone") {
  for (std::string part : {"", "GET /", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab"}) {
    CAPTURE(part);
    Scene scene;
    scene.send(part);
    scene.session->on_eof();
    CHECK(scene.transport.closed);
    CHECK(scene.output().empty());
  }
}

TEST_CASE("a response ends when all of it has been sent") {
  Scene scene;
  scene.transport.unsent = 1000;
  scene.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output() == ok("GET /a") + ok("GET /b"));
  CHECK(scene.application.outcomes.empty());
  REQUIRE(scene.transport.sent_wanted);
  scene.transport.taken = 1000;
  scene.transport.unsent = 0;
  scene.session->on_sent();
  CHECK(scene.application.outcomes == std::vector<http::Status>{200, 200});
  CHECK(scene.application.octets == std::vector<std::uint64_t>{6, 6});
  scene.send("GET /c HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.application.outcomes.size() == 3);
}

TEST_CASE("a response of which the client does not take all is aborted, and says how much it took") {
  Scene scene;
  scene.transport.unsent = 1000;
  scene.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  scene.transport.unsent = 5000;
  scene.send("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");  // whose body is still to come
  scene.transport.taken = 4998;
  scene.session.reset();
  CHECK(scene.application.outcomes == std::vector<http::Status>{200, 0});
  CHECK(scene.application.octets == std::vector<std::uint64_t>{6, 3});  // of "early"
}

TEST_CASE("requests whose responses are on their way take little memory: the next ones wait") {
  Scene scene;
  scene.transport.unsent = 1000;
  const int requests = 600;
  std::string all;
  for (int i = 0; i < requests; ++i) all += "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  scene.send(all);
  auto answers = [&] {
    int count = 0;
    const auto& output = scene.transport.output;
    for (auto at = output.find("HTTP/1.1 200"); at != std::string::npos; at = output.find("HTTP/1.1 200", at + 1))
      ++count;
    return count;
  };
  CHECK(answers() < requests);
  CHECK(scene.application.outcomes.empty());
  CHECK(scene.transport.paused);
  CHECK(scene.transport.writable_wanted);
  for (int turns = 0; turns < requests && answers() < requests; ++turns) {
    scene.transport.taken = scene.transport.output.size() + 1000;
    scene.session->on_writable();
  }
  CHECK(answers() == requests);
  CHECK_FALSE(scene.transport.paused);
}

TEST_CASE("a body that nobody wants is read and not kept") {
  Scene scene;
  scene.send("POST /drop HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output() == ok("POST /drop") + ok("GET /a"));
}

TEST_CASE("a guest gets one answer, and only to what is vital the usual one") {
  for (std::string path : {"/a", "/vital"}) {
    TestApplication application;
    Engine engine{application, Settings{}};
    test::FakeTransport transport;
    auto session = std::make_unique<Session>(engine, true);
    CHECK(engine.guests == 1);
    session->on_open(transport);
    CHECK(transport.deadline < Settings{}.head_time);
    auto request = "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    session->on_bytes({request.data(), request.size()});
    CHECK(application.outcomes == std::vector<http::Status>{path == "/a" ? http::Status{503} : http::Status{200}});
    CHECK(transport.closed);
    session.reset();
    CHECK(engine.guests == 0);
  }
}

TEST_CASE("a flooding client is not served until it has read") {
  Scene scene;
  scene.transport.unsent = net::output_high_water + 1;
  scene.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output().empty());
  CHECK(scene.transport.paused);
  scene.transport.unsent = 0;
  scene.session->on_writable();
  CHECK(scene.output() == ok("GET /1"));
  CHECK_FALSE(scene.transport.paused);
}

TEST_CASE("HEAD has the fields of GET and no content") {
  Scene scene;
  scene.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output() == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
}

TEST_CASE("a request whose path leads back is answered the same each time") {
  const std::string request = "GET /a/../b?x HTTP/1.1\r\nHost: x\r\n\r\n";
  Scene scene;
  std::string answers;
  for (int i = 0; i < 5; ++i) {
    scene.send(request);
    answers += ok("GET /b?x");
  }
  CHECK(scene.output() == answers);
}

TEST_CASE("HTTP/1.0 closes unless keep-alive is asked for") {
  CHECK(run("GET /a HTTP/1.0\r\n\r\n", 99) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET /a<closed>");
  CHECK(run("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 99) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nGET /a");
}

TEST_CASE("the application may end the connection") {
  Scene scene;
  scene.send("GET /close HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output().find("Connection: close\r\n") != std::string::npos);
  CHECK(scene.transport.closed);
  CHECK_FALSE(scene.transport.lingering);
}

TEST_CASE("100 (Continue) comes before a body that is wanted") {
  Scene scene;
  scene.send("POST /p HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(scene.output() == "HTTP/1.1 100 Continue\r\n\r\n");
  scene.send("hi");
  CHECK(scene.output() == "HTTP/1.1 100 Continue\r\n\r\n" + ok("POST /p hi"));
}

TEST_CASE("a body that is not wanted is refused before it is sent") {
  Scene scene;
  scene.send("POST /early HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(scene.output().starts_with("HTTP/1.1 404 "));
  CHECK(scene.transport.closed);
}

TEST_CASE("a body above the limit is answered 413, sized or chunked") {
  CHECK(statuses("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n") == "413 c");
  CHECK(statuses("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'x') +
                 "\r\n0\r\n\r\n") == "413 c");
  CHECK(statuses("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x')) == "200");
}

TEST_CASE("a chunk that announces more than the limit is answered 413 before its content comes") {
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(statuses(head + "65\r\n") == "413 c");
  CHECK(statuses(head + "ffffffffffffffff\r\n") == "413 c");
  CHECK(statuses(head + "1\r\na\r\n64\r\n") == "413 c");
  CHECK(statuses(head + "64\r\n") == "");
}

TEST_CASE("trailer lines have the form of those of the head") {
  const std::string head = "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  CHECK(statuses(head + "A: b\r\nC: d\r\n\r\n") == "200");
  CHECK(statuses(head + "A: b\r\n c\r\n\r\n") == "400 c");
  CHECK(statuses(head + "A: b\r\n\tc\r\n\r\n") == "400 c");
  CHECK(statuses(head + " A: b\r\n\r\n") == "400 c");
  CHECK(statuses(head + ": b\r\n\r\n") == "400 c");
}

TEST_CASE("a refused request is followed by a lingering close") {
  Scene scene;
  scene.send("GET / HTTP/1.1\r\n\r\n");
  CHECK(scene.output().starts_with("HTTP/1.1 400 "));
  CHECK(scene.transport.lingering);
}

TEST_CASE("malformed requests are refused") {
  struct Case {
    std::string_view bytes;
    std::string_view expected;
  };
  const Case cases[] = {
      {"GARBAGE\r\n\r\n", "400 c"},
      {"GET /\r\n", "400 c"},  // HTTP/0.9
      {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505 c"},
      {"GET / HTTP/1.2\r\nHost: x\r\n\r\n", "505 c"},
      {"GET / XTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET /  HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1 \r\nHost: x\r\n\r\n", "400 c"},
      {" GET / HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\nHost: x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\r\n\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\ry\r\n\r\n", "400 c"},
      {"\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost x\r\n\r\n", "400 c"},
      {std::string_view("GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 35), "400 c"},
      {"GET / HTTP/1.1\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400 c"},
      {"GET / HTTP/1.1\r\nHost: u@x\r\n\r\n", "400 c"},
      {"GET /#f HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET /<x> HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET http://u:p@x/ HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", "400 c"},
      {"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", "501 c"},
      {"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", "501 c"},
      {"get / HTTP/1.1\r\nHost: x\r\n\r\n", "501 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "501 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: , chunked\r\n\r\n", "501 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \r\nContent-Length: 1\r\n\r\nx", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n", "501 c"},
      {"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\n\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n", "400 c"},
      {"POST / HTTP/1.1\r\nHost: x\r\nExpect: something\r\nContent-Length: 1\r\n\r\nx", "417 c"},
      {"\x16\x03\x01\x02", "400 c"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.bytes);
    CHECK(statuses(c.bytes) == c.expected);
  }
}

TEST_CASE("answers before an error are delivered") {
  CHECK(statuses("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nBROKEN\r\n\r\n") ==
        "200 200 400 c");
}

TEST_CASE("limits of the head are kept") {
  auto get = [](std::string_view target, std::string_view fields) {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n";
  };
  CHECK(statuses(get("/" + std::string(8191, 'a'), "")) == "200");
  CHECK(statuses(get("/" + std::string(8192, 'a'), "")) == "414 c");
  CHECK(statuses("GET /" + std::string(9000, 'a')) == "414 c");
  CHECK(statuses(get("/", "A: " + std::string(17000, 'a') + "\r\n")) == "431 c");
  CHECK(statuses("GET / HTTP/1.1\r\nA: " + std::string(17000, 'a')) == "431 c");
  std::string many;
  for (int i = 0; i < 99; ++i) many += "A: b\r\n";
  CHECK(statuses(get("/", many)) == "200");
  CHECK(statuses(get("/", many + "A: b\r\n")) == "431 c");
}

TEST_CASE("a head that does not arrive in time is answered 408, silence is not") {
  Scene slow;
  slow.send("GET / HT");
  CHECK(slow.transport.deadline == Settings{}.head_time);
  slow.session->on_deadline();
  CHECK(slow.output().starts_with("HTTP/1.1 408 "));
  CHECK(slow.transport.closed);
  Scene silent;
  silent.session->on_deadline();
  CHECK(silent.output().empty());
  CHECK(silent.transport.closed);
}

TEST_CASE("a body that stops is answered 408") {
  Scene scene;
  scene.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  scene.session->on_deadline();
  CHECK(scene.output().starts_with("HTTP/1.1 408 "));
}

TEST_CASE("a body that drips below the least rate is answered 408, however short its pauses") {
  for (std::uint64_t rate : {0, 1000}) {
    Settings settings;
    settings.body_idle = std::chrono::milliseconds(10);
    settings.body_rate = rate;
    Scene scene(settings);
    scene.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n");
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    uv_update_time(scene.transport.loop().raw());
    scene.send("a");
    CHECK(scene.output().starts_with("HTTP/1.1 408 ") == (rate != 0));
    CHECK(scene.transport.closed == (rate != 0));
  }
}

TEST_CASE("what came early of a body does not pay for a pause later") {
  for (std::uint64_t rate : {0, 1000}) {
    Settings settings;
    settings.body_idle = std::chrono::milliseconds(10);
    settings.body_rate = rate;
    Scene scene(settings);
    scene.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(98, 'x'));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    uv_update_time(scene.transport.loop().raw());
    scene.send("a");
    CHECK(scene.output().starts_with("HTTP/1.1 408 ") == (rate != 0));
  }
}

TEST_CASE("the last request that a connection may make is answered with Connection: close") {
  Settings settings;
  settings.requests = 2;
  Scene scene(settings);
  const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
  scene.send(get + get + get);
  CHECK(scene.output() == ok("GET /a") + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET /a");
  CHECK(scene.transport.closed);
}

TEST_CASE("while memory is short no connection is kept") {
  Scene scene;
  scene.engine.strained = true;
  scene.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.output().find("Connection: close\r\n") != std::string::npos);
  CHECK(scene.transport.closed);
}

TEST_CASE("an upgrade hands over what came behind the head") {
  Scene scene;
  scene.send("GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nframes");
  CHECK(scene.output() == "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  CHECK(scene.transport.handed_over == "frames");
}

TEST_CASE("an upgrade that is declined leaves HTTP as it is, bodies too") {
  CHECK(run("POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nhi"
            "GET /b HTTP/1.1\r\nHost: x\r\n\r\n",
            999) == ok("POST /a hi") + ok("GET /b"));
}

TEST_CASE("draining ends idle connections at once and others after their answer") {
  Scene idle;
  idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  idle.session->drain();
  CHECK(idle.transport.closed);
  Scene busy;
  busy.send("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
  busy.session->drain();
  CHECK_FALSE(busy.transport.closed);
  TestApplication::answer(*busy.application.waiting, 200, "done");
  CHECK(busy.output().find("Connection: close") != std::string::npos);
  CHECK(busy.transport.closed);
}

TEST_CASE("draining leaves a new connection a moment for the request that may be under way") {
  Scene scene;
  scene.session->drain();
  CHECK_FALSE(scene.transport.closed);
  CHECK(scene.transport.deadline == std::chrono::milliseconds(1000));
  SUBCASE("which is answered") {
    scene.engine.draining = true;
    scene.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(scene.output().find("Connection: close") != std::string::npos);
  }
  SUBCASE("and does not wait longer") { scene.session->on_deadline(); }
  CHECK(scene.transport.closed);
}

TEST_CASE("the absolute form overrules Host, which must still be there") {
  CHECK(run("GET http://a.example/p HTTP/1.1\r\nHost: b.example\r\n\r\n", 999) == ok("GET /p"));
  CHECK(statuses("GET http://a.example/p HTTP/1.1\r\n\r\n") == "400 c");
}
