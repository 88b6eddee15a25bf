#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>

#include "http1/scene.hpp"
#include "net/loop/loop.hpp"
#include "site/dispatcher.hpp"
#include "site/hook.hpp"
#include "site/settings/compression.hpp"
#include "support/decoded.hpp"
#include "support/loaded_site.hpp"

using namespace sluice;

namespace {

/// An application whose responses pass the hooks of a route.
struct Application final : http::Application {
  explicit Application(std::optional<bool> compress) {
    site::HookOptions own("route"), server("server");
    for (const auto& part : own.parts_with({nullptr, nullptr}))
      if (part.fields == &site::compression_fields())
        static_cast<site::CompressionOptions*>(part.options)->compress = compress;
    hooks = site::HookKinds::make(&own, server);
  }
  void on_request(http::Exchange& exchange) override { answer(exchange); }
  void on_protocol_error(http::Exchange& exchange, http::Status status, std::string_view) override {
    http::Response response;
    response.status = status;
    exchange.respond(std::move(response));
  }
  void on_response(http::Exchange& exchange, http::Response& response) override { hooks.after(exchange, response); }
  void on_end(http::Exchange&, const http::Outcome& outcome) override { outcomes.push_back(outcome); }

  site::Hooks hooks;
  std::function<void(http::Exchange&)> answer;
  std::vector<http::Outcome> outcomes;
};

struct Answer {
  std::string head, body;
  bool complete = true;

  std::string field(std::string_view name) const {
    auto at = head.find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "";
    at += name.size() + 4;
    return head.substr(at, head.find("\r\n", at) - at);
  }
  std::string text() const {
    return field("Content-Encoding").empty() ? body : test::decoded(field("Content-Encoding"), body);
  }
};

/// One connection to it.
struct Scene {
  explicit Scene(std::optional<bool> compress = std::nullopt) : application(compress) { session->on_open(transport); }

  void send(std::string bytes) { session->on_bytes({bytes.data(), bytes.size()}); }
  void ask(const std::string& fields = "Accept-Encoding: gzip\r\n", const std::string& method = "GET") {
    send(method + " / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  }
  /// Turns of the loop until the stream is over.
  int finish() {
    int turns = 0;
    for (; application.outcomes.empty() && turns < 10000; ++turns) transport.loop().run_once();
    return turns;
  }
  Answer answer() const {
    const auto& output = transport.output;
    auto end = output.find("\r\n\r\n");
    REQUIRE(end != std::string::npos);
    Answer got{output.substr(0, end + 2), output.substr(end + 4)};
    if (got.field("Transfer-Encoding") == "chunked") {
      auto chunks = got.body;
      got.body = test::unchunked(chunks, &got.complete);
    }
    return got;
  }
  Answer get(http::Response&& response, const std::string& fields = "Accept-Encoding: gzip\r\n",
             const std::string& method = "GET") {
    application.answer = [&](http::Exchange& exchange) { exchange.respond(std::move(response)); };
    ask(fields, method);
    finish();
    return answer();
  }

  Application application;
  http1::Engine engine{application, http1::Settings{}};
  test::FakeTransport transport;
  std::unique_ptr<http1::Session> session = std::make_unique<http1::Session>(engine);
};

const std::string large(3000, 'x');

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i * 2654435761u) + " ";
  text.resize(size);
  return text;
}

http::Response response_of(std::string_view body, std::vector<http::FieldLine> fields = {}) {
  http::Response response;
  response.fields = {{"Content-Type", "text/plain; charset=utf-8"}};
  response.fields.insert(response.fields.end(), fields.begin(), fields.end());
  response.body = body;
  return response;
}

}  // namespace

TEST_CASE("a text is compressed for a client that takes it") {
  Scene scene;
  auto answer = scene.get(response_of(large));
  CHECK(answer.field("Content-Encoding") == "gzip");
  CHECK(answer.field("Vary") == "Accept-Encoding");
  CHECK(answer.field("Content-Length") == std::to_string(answer.body.size()));
  CHECK(answer.body.size() < 200);
  CHECK(answer.text() == large);
  CHECK(scene.application.outcomes[0].body_octets == answer.body.size());
}

TEST_CASE("the client chooses the coding") {
  auto coding = [](const std::string& accepted) {
    return Scene().get(response_of(large), "Accept-Encoding: " + accepted + "\r\n").field("Content-Encoding");
  };
  CHECK(coding("gzip, br, zstd") == "zstd");
  CHECK(coding("gzip;q=1, zstd;q=0.5") == "gzip");
  CHECK(coding("*") == "zstd");
  for (auto none : {"br", "identity", "gzip;q=0", "deflate", "identity, gzip;q=0.5"})
    CHECK_MESSAGE(coding(none).empty(), none);
}

TEST_CASE("what a client gets that takes no coding says that others get another one") {
  Scene scene;
  auto answer = scene.get(response_of(large), "");
  CHECK(answer.field("Content-Encoding").empty());
  CHECK(answer.field("Vary") == "Accept-Encoding");
  CHECK(answer.body == large);
}

TEST_CASE("what is small, has no text, or must stay as it is, is sent as it is") {
  struct Row {
    const char* what;
    http::Response response;
  };
  auto with = [](http::Status status, std::string_view body, std::vector<http::FieldLine> fields) {
    auto response = response_of(body, std::move(fields));
    response.status = status;
    return response;
  };
  std::vector<Row> rows;
  rows.push_back({"1023 bytes", response_of(std::string_view(large).substr(0, 1023))});
  rows.push_back({"a part", with(206, large, {})});
  rows.push_back({"no-transform", with(200, large, {{"Cache-Control", "public, No-Transform"}})});
  rows.push_back({"another coding", with(200, large, {{"Content-Encoding", "br"}})});
  rows.push_back({"no content", with(204, "", {})});
  rows.push_back({"an image", {}});
  rows.back().response.fields = {{"Content-Type", "image/png"}};
  rows.back().response.body = std::string_view(large);
  rows.push_back({"no type", {}});
  rows.back().response.body = std::string_view(large);
  rows.push_back({"chosen", response_of(large)});
  rows.back().response.coding_chosen = true;
  for (auto& [what, response] : rows) {
    CAPTURE(what);
    std::string body(std::get<std::string_view>(response.body));
    Scene scene;
    auto answer = scene.get(std::move(response));
    CHECK(answer.field("Content-Encoding") == (std::string_view(what) == "another coding" ? "br" : ""));
    CHECK(answer.field("Vary").empty());
    CHECK(answer.body == body);
  }
  Scene exact;
  CHECK(exact.get(response_of(std::string_view(large).substr(0, 1024))).field("Content-Encoding") == "gzip");
  Scene off(false);
  CHECK(off.get(response_of(large)).body == large);
}

TEST_CASE("a body that would grow is sent as it is") {
  std::string noise(2000, '\0');
  std::uint32_t state = 1;
  for (auto& c : noise) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
  Scene scene;
  auto answer = scene.get(response_of(noise));
  CHECK(answer.field("Content-Encoding").empty());
  CHECK(answer.body == noise);
}

TEST_CASE("errors are compressed like everything else") {
  auto response = response_of(large);
  response.status = 404;
  Scene scene;
  CHECK(scene.get(std::move(response)).text() == large);
}

TEST_CASE("HEAD gets the fields that GET gets") {
  Scene head, get;
  auto without = head.get(response_of(large), "Accept-Encoding: gzip\r\n", "HEAD");
  CHECK(without.body.empty());
  auto with = get.get(response_of(large));
  CHECK(http1::without_dates(without.head) == http1::without_dates(with.head));
}

TEST_CASE("Vary goes on with what it has") {
  auto vary = [](std::string_view given) { return Scene().get(response_of(large, {{"Vary", given}})).field("Vary"); };
  CHECK(vary("Origin") == "Origin, Accept-Encoding");
  CHECK(vary("accept-encoding, Origin") == "accept-encoding, Origin");
  CHECK(vary("*") == "*");
}

TEST_CASE("a strong tag becomes a weak one, where it stands") {
  Scene strong, weak, plain;
  CHECK(strong.get(response_of(large, {{"ETag", "\"a\""}})).field("ETag") == "W/\"a\"");
  CHECK(weak.get(response_of(large, {{"ETag", "W/\"a\""}})).field("ETag") == "W/\"a\"");
  CHECK(plain.get(response_of(large, {{"ETag", "\"a\""}}), "").field("ETag") == "\"a\"");
  http::FixedFields fixed({{"Content-Type", "text/plain"}, {"ETag", "\"a\""}, {"X-Other", "kept"}});
  http::Response response;
  response.fixed = &fixed;
  response.body = std::string_view(large);
  Scene scene;
  auto answer = scene.get(std::move(response));
  CHECK(answer.field("ETag") == "W/\"a\"");
  CHECK(answer.head.find("\"a\"") == answer.head.rfind("\"a\""));
  CHECK(answer.field("X-Other") == "kept");
  CHECK(answer.text() == large);
}

TEST_CASE("a client that has the compressed text is told that it still holds, by its own tag") {
  site::Dispatcher dispatcher(test::site_of("[[route]]\npath = \"/\"\ntext = \"" + large + "\"\n"), nullptr);
  http1::Engine engine(dispatcher, http1::Settings{});
  auto ask = [&](const std::string& fields) {
    http1::Session session(engine);
    test::FakeTransport transport;
    session.on_open(transport);
    auto request = "GET / HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
    session.on_bytes({request.data(), request.size()});
    auto end = transport.output.find("\r\n\r\n");
    return Answer{transport.output.substr(0, end + 2), transport.output.substr(end + 4)};
  };
  auto first = ask("Accept-Encoding: gzip\r\n");
  auto tag = first.field("ETag");
  CHECK(tag.starts_with("W/\""));
  CHECK(first.text() == large);
  auto second = ask("Accept-Encoding: gzip\r\nIf-None-Match: \"other\", " + tag + "\r\n");
  CHECK(second.head.starts_with("HTTP/1.1 304"));
  CHECK(second.field("ETag") == tag);
  CHECK(second.field("Vary") == "Accept-Encoding");
  CHECK(second.body.empty());
  auto plain = ask("If-None-Match: " + tag.substr(2) + "\r\n");
  CHECK(plain.head.starts_with("HTTP/1.1 304"));
  CHECK(plain.field("ETag") == tag.substr(2));
}

TEST_CASE("a large body is compressed in several turns") {
  auto text = text_of(1 << 20);
  for (const auto* coding : {"gzip", "zstd"}) {
    Scene scene;
    scene.application.answer = [&](http::Exchange& exchange) { exchange.respond(response_of(text)); };
    scene.ask("Accept-Encoding: " + std::string(coding) + "\r\n");
    CHECK(scene.answer().body.empty());  // nothing of it has been done yet
    scene.finish();
    auto answer = scene.answer();
    CHECK(answer.complete);
    CHECK(answer.field("Content-Encoding") == coding);
    CHECK(answer.field("Content-Length").empty());
    CHECK(answer.text() == text);
    CHECK(scene.application.outcomes[0].status == 200);
    CHECK_FALSE(scene.transport.closed);
  }
}

TEST_CASE("HEAD of a large body costs nothing") {
  auto text = text_of(1 << 20);
  Scene scene;
  auto answer = scene.get(response_of(text), "Accept-Encoding: gzip\r\n", "HEAD");
  CHECK(answer.body.empty());
  CHECK(answer.field("Vary") == "Accept-Encoding");
  CHECK(answer.field("Content-Encoding") == "gzip");
  CHECK(answer.field("Content-Length").empty());  // that of GET is not known
}

TEST_CASE("what comes when the budget of a turn is spent waits for a later one") {
  Scene scene;
  scene.transport.loop().budget().spend(std::chrono::seconds(1));
  scene.application.answer = [&](http::Exchange& exchange) { exchange.respond(response_of(large)); };
  scene.ask();
  CHECK(scene.answer().body.empty());
  scene.finish();
  CHECK(scene.answer().complete);
  CHECK(scene.answer().text() == large);
  scene.transport.output.clear();
  scene.application.outcomes.clear();
  scene.ask();  // the connection goes on, and there is time again
  CHECK(scene.answer().field("Content-Length") != "");
  CHECK(scene.answer().text() == large);
}

TEST_CASE("a large body waits for a client that takes nothing") {
  auto text = text_of(1 << 20);
  Scene scene;
  scene.application.answer = [&](http::Exchange& exchange) { exchange.respond(response_of(text)); };
  scene.ask();
  scene.transport.unsent = net::output_high_water + 1;
  for (int i = 0; i < 50; ++i) scene.transport.loop().run_once();
  CHECK(scene.answer().body.empty());
  CHECK(scene.transport.writable_wanted);
  scene.transport.unsent = 0;
  for (int i = 0; i < 20; ++i) scene.session->on_writable();  // however often it is told
  CHECK(scene.answer().body.empty());  // it goes on in its turn, like everything that has a budget
  scene.finish();
  scene.session->on_writable();
  for (int i = 0; i < 5; ++i) scene.transport.loop().run_once();
  CHECK(scene.answer().complete);
  CHECK(scene.answer().text() == text);
}

TEST_CASE("a client that leaves in the middle ends the work") {
  auto text = text_of(1 << 20);
  Scene scene;
  scene.application.answer = [&](http::Exchange& exchange) { exchange.respond(response_of(text)); };
  scene.ask();
  scene.transport.loop().run_once();
  scene.session.reset();
  auto sent = scene.transport.output.size();
  for (int i = 0; i < 20; ++i) scene.transport.loop().run_once();
  CHECK(scene.transport.output.size() == sent);
  REQUIRE(scene.application.outcomes.size() == 1);
  CHECK(scene.application.outcomes[0].aborted);
}

TEST_CASE("a stream is compressed where the route says so, and every message can be decoded at once") {
  for (const auto* coding : {"gzip", "zstd"}) {
    Scene scene(true);
    http1::TestSource* source = nullptr;
    scene.application.answer = [&](http::Exchange& exchange) {
      http::Response head;
      head.fields = {{"Content-Type", "text/event-stream"}};
      exchange.begin(std::move(head), std::make_unique<http1::TestSource>(source));
    };
    scene.ask("Accept-Encoding: " + std::string(coding) + "\r\n");
    REQUIRE(source);
    CHECK(scene.answer().field("Content-Encoding") == coding);
    CHECK(scene.answer().field("Vary") == "Accept-Encoding");
    std::string all;
    for (int i = 0; i < 20; ++i) {
      auto message = "data: " + text_of(static_cast<std::size_t>(i) * 1000) + "\n\n";
      all += message;
      if (i % 2) {
        source->stream->write(message);
      } else {
        auto shared = std::make_shared<std::string>(message);
        source->stream->write_shared(shared, *shared);
      }
      CHECK(scene.answer().text() == all);
    }
    auto sent = scene.transport.output.size();
    source->stream->write("");
    CHECK(scene.transport.output.size() == sent);
    const http::FieldLine trailers[] = {{"X-Rows", "3"}};
    source->stream->finish(trailers);
    CHECK(scene.transport.output.ends_with("0\r\nX-Rows: 3\r\n\r\n"));
    CHECK(scene.answer().text() == all);
  }
}

TEST_CASE("a compressed stream lets its source wait when the budget of a turn is spent, and go on in the next one") {
  Scene scene(true);
  http1::TestSource* source = nullptr;
  scene.application.answer = [&](http::Exchange& exchange) {
    http::Response head;
    head.fields = {{"Content-Type", "text/event-stream"}};
    exchange.begin(std::move(head), std::make_unique<http1::TestSource>(source));
  };
  scene.ask();
  CHECK(source->stream->pending() == 0);
  scene.transport.loop().budget().spend(std::chrono::seconds(1));
  CHECK(source->stream->pending() >= net::output_high_water);
  source->stream->want_writable();
  CHECK(source->writable == 0);
  scene.transport.loop().run_once();
  CHECK(source->writable == 1);
  CHECK(source->stream->pending() == 0);
}

TEST_CASE("a stream stays as it is unless the route says otherwise") {
  Scene scene;
  http1::TestSource* source = nullptr;
  scene.application.answer = [&](http::Exchange& exchange) {
    http::Response head;
    head.fields = {{"Content-Type", "text/event-stream"}};
    exchange.begin(std::move(head), std::make_unique<http1::TestSource>(source));
  };
  scene.ask();
  source->stream->write("data: x\n\n");
  CHECK(scene.answer().field("Content-Encoding").empty());
  CHECK(scene.answer().field("Vary").empty());
  CHECK(scene.answer().body == "data: x\n\n");
}
