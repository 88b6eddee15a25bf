#include <doctest/doctest.h>

#include "http1/scene.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

const std::string stream_head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string answer(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("a stream is sent in chunks, and the connection goes on with the next request") {
  Scene scene;
  scene.send(get("/stream") + get("/next"));
  auto& stream = *scene.application.source->stream;
  stream.write("one");
  stream.write("");
  stream.write_shared(nullptr, "a second one");
  CHECK(scene.output() == stream_head + "3\r\none\r\nc\r\na second one\r\n");
  stream.finish();
  CHECK(scene.output() == stream_head + "3\r\none\r\nc\r\na second one\r\n0\r\n\r\n" + ok("GET /next"));
  CHECK_FALSE(scene.transport.closed);
  CHECK(scene.application.outcomes == std::vector<http::Status>{200, 200});
}

TEST_CASE("HEAD of a stream gets its fields and no length, and the connection goes on") {
  Scene scene;
  scene.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + get("/next"));
  CHECK(scene.output() == "HTTP/1.1 200 OK\r\n\r\n" + ok("GET /next"));
  CHECK(scene.application.source == nullptr);
  CHECK(scene.application.outcomes == std::vector<http::Status>{200, 200});
}

TEST_CASE("a large piece is a chunk, too") {
  Scene scene;
  scene.send(get("/stream"));
  std::string large(100'000, 'x');
  scene.application.source->stream->write(large);
  CHECK(scene.output() == stream_head + "186a0\r\n" + large + "\r\n");
}

TEST_CASE("trailers follow the last chunk") {
  Scene scene;
  scene.send(get("/stream"));
  const http::FieldLine trailers[] = {{"Digest", "abc"}, {"X-Rows", "3"}};
  scene.application.source->stream->finish(trailers);
  CHECK(scene.output() == stream_head + "0\r\nDigest: abc\r\nX-Rows: 3\r\n\r\n");
}

TEST_CASE("a client of HTTP/1.0 gets the pieces as they are, and the end of the connection") {
  Scene scene;
  scene.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  auto& stream = *scene.application.source->stream;
  stream.write("one");
  stream.write("two");
  stream.finish();
  CHECK(scene.output() == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonetwo");
  CHECK(scene.transport.closed);
}

TEST_CASE("a source is told of room, of its deadline and of the end of the client's sending") {
  Scene scene;
  scene.send(get("/stream"));
  scene.session->on_writable();
  CHECK(scene.application.source->writable == 1);
  scene.session->on_deadline();
  CHECK(scene.output() == stream_head + "4\r\nlate\r\n");
  scene.session->on_eof();
  CHECK(scene.application.source->ended == 1);
  CHECK_FALSE(scene.transport.closed);
  CHECK(scene.session->lasting());
}

TEST_CASE("a source ends with its client") {
  Scene scene;
  scene.send(get("/stream"));
  scene.session.reset();
  CHECK(scene.application.source == nullptr);
  CHECK(scene.application.outcomes == std::vector<http::Status>{200});
}

TEST_CASE(
    "a stream that ends because its route is gone leaves the connection to others; one of a daemon that stops does not") {
  for (bool stops : {false, true}) {
    Scene scene;
    scene.send(get("/stream"));
    scene.engine.draining = stops;
    scene.session->drain();
    CHECK(scene.output() == stream_head + "0\r\n\r\n");
    CHECK(scene.transport.closed == stops);
  }
}

TEST_CASE("a body is given to its sink at every split point") {
  const std::string sized = post("/sink", "0123456789"),
                    chunked =
                        "POST /sink HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n";
  for (const auto& request : {sized, chunked}) {
    for (std::size_t piece = 1; piece <= request.size(); ++piece) {
      CAPTURE(piece);
      Scene scene;
      scene.send_in_pieces(request + get("/next"), piece);
      CHECK(scene.output() == answer("201 Created", "10") + ok("GET /next"));
      CHECK(scene.application.sink == nullptr);
    }
  }
}

TEST_CASE("a sink may answer before the body has come; the rest is dropped, at every split point") {
  auto request = post("/sink", "01!3456789");
  for (std::size_t piece = 1; piece <= request.size(); ++piece) {
    CAPTURE(piece);
    Scene scene;
    scene.send_in_pieces(request + get("/next"), piece);
    CHECK(scene.output() == answer("507 Insufficient Storage", "full") + ok("GET /next"));
  }
}

TEST_CASE("a sink may begin a stream before the body has come; the rest is dropped, at every split point") {
  std::string request = "POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab~cd!e~f";
  for (std::size_t size = 1; size <= request.size(); ++size) {
    Scene scene;
    scene.send_in_pieces(request + get("/next"), size);
    REQUIRE(scene.application.source);
    CHECK(scene.output() == stream_head);
    scene.application.source->stream->write("sorry");
    scene.application.source->stream->finish();
    CHECK(scene.output() == stream_head + "5\r\nsorry\r\n0\r\n\r\n" + ok("GET /next"));
    CHECK(scene.application.outcomes == std::vector<http::Status>{200, 200});
  }
}

TEST_CASE("a stream in place of 100 (Continue) ends the connection, for nobody knows if the body comes") {
  Scene scene;
  scene.send("POST /unread HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n");
  scene.application.waiting->begin({}, std::make_unique<TestSource>(scene.application.source));
  CHECK(scene.output().find("Connection: close") != std::string::npos);
}

TEST_CASE("a body above the limit of its sink is answered 413, and the sink is gone") {
  Scene scene;
  scene.send(post("/sink", std::string(101, 'x')));
  CHECK(scene.output().starts_with("HTTP/1.1 413"));
  CHECK(scene.application.sink == nullptr);
  CHECK(scene.transport.closed);
}

TEST_CASE("a sink is destroyed when its client goes away in the middle") {
  Scene scene;
  scene.send("POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nsome");
  REQUIRE(scene.application.sink);
  CHECK(scene.application.sink->taken == "some");
  scene.session->on_eof();
  CHECK(scene.application.sink == nullptr);
  CHECK(scene.transport.closed);
}

TEST_CASE("a body that nobody has pulled is not read, and its 100 (Continue) waits") {
  Scene scene;
  scene.send("POST /unread HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(scene.output().empty());
  auto& exchange = *scene.application.waiting;
  exchange.read_all(100, [&] { TestApplication::answer(exchange, 200, exchange.request.body); });
  CHECK(scene.output() == "HTTP/1.1 100 Continue\r\n\r\n");
  scene.send("body");
  CHECK(scene.output() == "HTTP/1.1 100 Continue\r\n\r\n" + ok("body"));
}

TEST_CASE("what has arrived of a body before it is pulled is not lost") {
  Scene scene;
  scene.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nbody");
  CHECK(scene.transport.paused);
  auto& exchange = *scene.application.waiting;
  exchange.read_all(100, [&] { TestApplication::answer(exchange, 200, exchange.request.body); });
  CHECK_FALSE(scene.transport.paused);
  scene.send("body" + get("/next"));
  CHECK(scene.output() == ok("bodybody") + ok("GET /next"));
}

TEST_CASE("a request that is answered without its body leaves the connection usable") {
  Scene scene;
  scene.send("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nbody");
  TestApplication::answer(*scene.application.waiting, 200, "no matter");
  scene.send("body" + get("/next"));
  CHECK(scene.output() == ok("no matter") + ok("GET /next"));
}

TEST_CASE("a held body is not read") {
  Scene scene;
  scene.send("POST /sink HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nbody");
  auto& exchange = scene.application.sink->exchange;
  exchange.hold_body(true);
  CHECK(scene.transport.paused);
  CHECK(scene.transport.deadline.count() == 0);
  scene.send("more");  // was on its way
  CHECK(scene.application.sink->taken == "body");
  exchange.hold_body(false);
  CHECK_FALSE(scene.transport.paused);
  CHECK(scene.output() == answer("201 Created", "8"));
}

TEST_CASE("an answer that does not come in time is a 503, and what works for it is ended") {
  struct Ending final : http::Work {
    explicit Ending(bool& ended) : ended_(ended) {}
    ~Ending() override { ended_ = true; }
    bool& ended_;
  };
  Scene scene;
  scene.send(get("/wait"));
  CHECK(scene.transport.deadline == Settings{}.response);
  bool ended = false;
  scene.application.waiting->wait_for(std::make_unique<Ending>(ended));
  scene.session->on_deadline();
  CHECK(ended);
  CHECK(scene.output().starts_with("HTTP/1.1 503"));
  CHECK(scene.transport.closed);
}

TEST_CASE("a request that may take its time has it on top of the usual") {
  Scene scene;
  scene.send(get("/wait"));
  scene.application.waiting->allow_time(std::chrono::hours(1));
  CHECK(scene.transport.deadline == Settings{}.response + std::chrono::hours(1));
}

TEST_CASE("an exchange that is answered later is there until the end of the turn") {
  Scene scene;
  scene.send(get("/wait") + get("/next"));
  auto& exchange = *scene.application.waiting;
  TestApplication::answer(exchange, 200, "at last");
  CHECK(exchange.request.path == "/wait");
  CHECK(scene.output() == ok("at last") + ok("GET /next"));
  scene.transport.loop().run_once();
  CHECK(exchange.request.path.empty());  // it is back in the pool
}
