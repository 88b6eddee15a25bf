#include <doctest/doctest.h>

#include "config/toml/document.hpp"
#include "messaging/websocket_conversation.hpp"
#include "websocket/conversation.hpp"

using namespace sluice;
using namespace sluice::messaging;
using Texts = std::vector<std::string>;
namespace client = sluice::websocket::test;

namespace {

/// The request that opened the connection.
class Request final : public templates::Values {
 public:
  explicit Request(int& asked) : asked_(asked) {}
  Arena& arena() const override { return arena_; }
  templates::Value ask(templates::Value value) const {
    ++asked_;
    return value;
  }

 private:
  int& asked_;
  mutable Arena arena_;
};

templates::Scope request_scope() {
  using templates::Placeholder;
  using templates::Value;
  templates::Scope scope;
  scope.add("method",
            templates::slot<Request>([](const Request& of, const Placeholder&) { return of.ask(Value::of("GET")); }));
  scope.add_prefix("header.", templates::slot<Request>([](const Request& of, const Placeholder& wanted) {
                     return of.ask(Value::of(of.arena().copy("(" + wanted.name + ")")));
                   }));
  scope.add_common();
  scope.add("room", templates::slot<Request>(
                        [](const Request& of, const Placeholder&) { return of.ask(Value::of("kitchen \"1\"")); }));
  scope.add("page", templates::slot<Request>(
                        [](const Request& of, const Placeholder&) { return of.ask(Value::literal_of("42")); }));
  return scope;
}

/// A [[websocket]] with the given keys, and a client that is connected to it. Path parameter {room}, query
/// {page}.
struct Service {
  config::Diagnostics diagnostics;
  std::shared_ptr<const WebSocketEndpoint> endpoint;
  client::FakeTransport transport;
  std::unique_ptr<websocket::Session> session;
  int asked = 0;  // how many values the request has given

  explicit Service(const std::string& keys) {
    auto document = config::load_text("test.toml", "[[websocket]]\npath = \"/ws/{room}\"\n" + keys + "\n", diagnostics);
    config::Reading reading{diagnostics};
    const auto* declarations = document.find("websocket");
    REQUIRE(declarations);
    auto options = config::read(declarations->front().table, "[[websocket]]", websocket_fields(), reading);
    if (!options) return;
    endpoint = std::make_shared<const WebSocketEndpoint>(*options, request_scope(), diagnostics);
    if (diagnostics.failed()) return;
    auto conversation =
        std::make_unique<WebSocketConversation>(endpoint, KeptValues(endpoint->used.kept, Request(asked)));
    session = std::make_unique<websocket::Session>(endpoint->limits, std::move(conversation));
    session->on_open(transport);
  }

  Texts answers(std::string bytes) {
    REQUIRE(session);
    session->on_bytes({bytes.data(), bytes.size()});
    return client::server_frames(std::exchange(transport.output, {}));
  }
  Texts answers_to(const std::string& message) { return answers(client::text(message)); }
  std::string codes() const {
    std::string all;
    for (const auto& finding : diagnostics.all()) all += finding.code + " ";
    return all;
  }
};

const std::string chat = "json = { message = \"{message.message}\" }";

}  // namespace

TEST_CASE("an endpoint with nothing more echoes every message") {
  Service service("");
  CHECK(service.answers(client::text("hello") + client::binary("\xff")) == Texts{"text hello", "binary \xff"});
  CHECK(service.asked == 0);
}

TEST_CASE("a reply holds the message and what the request gave") {
  Service service("reply = \"{room}/{page}: {message} {{}}\"");
  CHECK(service.answers_to("<b>&\n") == Texts{"text kitchen \"1\"/42: <b>&\n {}"});
  CHECK(service.answers_to("") == Texts{"text kitchen \"1\"/42:  {}"});
}

TEST_CASE("what templates use of the request is kept when the connection opens, each value once") {
  Service service(
      "reply = \"{header.A} {header.B} {room} {header.A} {message}\"\ngreeting = \"{room} {page}\"\n"
      "log.open = \"{header.A}\"");
  REQUIRE(service.session);
  CHECK(service.asked == 4);
  CHECK(service.answers_to("1") == Texts{"text kitchen \"1\" 42", "text (A) (B) kitchen \"1\" (A) 1"});
  CHECK(service.answers_to("2") == Texts{"text (A) (B) kitchen \"1\" (A) 2"});
  CHECK(service.asked == 4);
}

TEST_CASE("a parameter keeps its value where it hides a name that changes, and that changes where it does not") {
  UsedNames used;
  auto hidden = request_scope();
  hidden.add("now", *hidden.find("page"));
  for (auto& [scope, kept] : {std::pair{request_scope(), std::size_t{0}}, {hidden, std::size_t{1}}}) {
    config::Diagnostics diagnostics;
    templates::Template::compile({"{now}{now}", {}}, kept_scope(scope, used), templates::Escape::none, diagnostics);
    CHECK(used.kept.size() == kept);
  }
}

TEST_CASE("a binary message is answered with a binary one, and the connection lives on") {
  Service service("reply = \"Echo: {message}\"");
  CHECK(service.answers(client::binary({"\x00\x01\xff", 3}) + client::text("after")) ==
        Texts{"binary Echo: " + std::string("\x00\x01\xff", 3), "text Echo: after"});
}

TEST_CASE("a JSON reply keeps the type, the digits and the spelling of what it takes from the message") {
  Service service(chat);
  for (const std::string value : {"\"hello\"", "5", "1e3", "-7", "100000000000000000000000", "1.10", "true", "null",
                                  "[1,\"a\",null]", "{\"b\": [ ]}", "\"\\u00fc \\ud83d\\ude00\""})
    CHECK(service.answers_to("{\"message\":" + value + ",\"user\":1}") == Texts{"text {\"message\":" + value + "}"});
  CHECK(service.answers_to("{\"message\":\"a\",\"message\":\"b\"}") == Texts{"text {\"message\":\"b\"}"});
  CHECK(service.answers_to("  {\"message\":1}  ") == Texts{"text {\"message\":1}"});
}

TEST_CASE("a JSON reply may hold the whole message, and text around members") {
  Service service("json = { room = \"{room}\", all = \"{message}\", text = \"{message.user.name} says {message.n}\" }");
  CHECK(service.answers_to("{\"user\":{\"name\":\"J\\u00fcrg \\\"\"},\"n\":5}") ==
        Texts{"text {\"room\":\"kitchen \\\"1\\\"\",\"all\":{\"user\":{\"name\":\"J\\u00fcrg \\\"\"},\"n\":5},"
              "\"text\":\"Jürg \\\" says 5\"}"});
}

TEST_CASE("a message from which the reply cannot be made closes 1003") {
  for (const std::string message :
       {"{\"msg\":\"x\"}", "{\"Message\":\"x\"}", "[\"message\"]", "\"message\"", "5", "null", "hello", "",
        "{\"message\":\"x\",}", "{\"message\":NaN}", "{\"message\":1}{}"})
    CHECK(Service(chat).answers_to(message) == Texts{"close 1003"});
  CHECK(Service(chat).answers(client::binary("{\"message\":1}")) == Texts{"close 1003"});
  CHECK(Service("reply = \"{message.name}\"").answers_to("{}") == Texts{"close 1003"});
}

TEST_CASE("a bad message may be ignored") {
  Service service(chat + "\non_bad_message = \"ignore\"");
  CHECK(service.answers(client::text("hello") + client::binary("x") + client::text("{\"message\":1}")) ==
        Texts{"text {\"message\":1}"});
}

TEST_CASE("a bad message may be answered with JSON that says what is wrong") {
  Service service(chat + "\non_bad_message = { error = \"{detail}\", got = \"{message}\", user = \"{message.user}\" }");
  CHECK(service.answers_to("hel\"lo") ==
        Texts{"text {\"error\":\"the message is not JSON\",\"got\":\"hel\\\"lo\",\"user\":null}"});
  CHECK(service.answers_to("{\"user\":7}") == Texts{"text {\"error\":\"the message lacks a member that is needed\","
                                                    "\"got\":\"{\\\"user\\\":7}\",\"user\":7}"});
}

TEST_CASE("a reply without JSON members takes any text") {
  Service service("reply = \"{message}!\"\nlog.message = \"{message.user}\"");
  CHECK(service.answers_to("not json") == Texts{"text not json!"});
}

TEST_CASE("a greeting is sent when the connection has been opened") {
  Service service("greeting = \"Welcome to {room}\"");
  CHECK(service.answers_to("x") == Texts{"text Welcome to kitchen \"1\"", "text x"});
}

TEST_CASE("the keys set the limits of the sessions") {
  Service service("max_message = \"10B\"\nclose_timeout = \"2s\"");
  CHECK(service.endpoint->limits.close_wait == std::chrono::seconds(2));
  CHECK(service.answers_to("12345678901") == Texts{"close 1009"});
  CHECK(Service("").endpoint->limits.message == 1 << 20);
}

TEST_CASE("origins are the same host by default, all, or a list") {
  auto policy = [](const std::string& keys) { return Service(keys).endpoint->handshake.origins; };
  CHECK(policy("").same_host);
  CHECK(!policy("").any);
  CHECK(policy("origins = \"any\"").any);
  auto listed = policy("origins = [\"same\", \"https://*.example.com\"]");
  CHECK(listed.same_host);
  CHECK(listed.allowed == Texts{"https://*.example.com"});
  CHECK(!policy("origins = \"https://example.com\"").same_host);
}

TEST_CASE("mistakes in the keys are found when the config is read") {
  CHECK(Service("reply = \"{messag}\"").codes() == "unknown-placeholder ");
  CHECK(Service("greeting = \"{message}\"").codes() == "unknown-placeholder ");
  CHECK(Service("origins = \"example.com\"").codes() == "bad-origin ");
  CHECK(Service("origins = [\"https://example.com/path\"]").codes() == "bad-origin ");
  CHECK(Service("subprotocols = \"a b\"").codes() == "bad-subprotocol ");
  CHECK(Service("reply = \"x\"\njson = { }").codes() == "exclusive-keys ");
  CHECK(Service("on_bad_message = \"explode\"").codes() == "bad-word ");
  CHECK(Service("max_message = 5").codes() != "");
}

TEST_CASE("messages in a room go to all its members or to all others, and through the reply where there is one") {
  net::Loop loop;
  rooms::Registry registry;
  rooms::Hub hub(loop, registry);
  hub.enter_thread();
  Service one("room = \"a\"\njson = { text = \"{message.t}\" }"), two("room = \"a\"\nto = \"others\""),
      other("room = \"b\"");
  auto sent = [&](Service& service) {
    loop.run_once();
    return client::server_frames(std::exchange(service.transport.output, {}));
  };
  one.answers_to("{\"t\":1}");
  CHECK(sent(one) == Texts{"text {\"text\":1}"});
  CHECK(sent(two) == Texts{"text {\"text\":1}"});
  two.answers(client::binary("\xff"));
  CHECK(sent(one) == Texts{"binary \xff"});
  CHECK(sent(two).empty());
  CHECK(sent(other).empty());
  CHECK(one.answers_to("no json") == Texts{"close 1003"});
}

TEST_CASE("who comes into a room is greeted, gets its history, and is announced") {
  net::Loop loop;
  rooms::Registry registry;
  rooms::Hub hub(loop, registry);
  hub.enter_thread();
  const std::string keys =
      "room = \"{room}\"\nhistory = 5\ngreeting = \"welcome to {room.name}, {room.count}\"\n"
      "notices = { join = { came = \"{page}\" }, leave = \"{room.count} remain\" }";
  auto sent = [&](Service& service) {
    loop.run_once();
    return client::server_frames(std::exchange(service.transport.output, {}));
  };
  Service one(keys);
  CHECK(sent(one) == Texts{"text welcome to kitchen \"1\", 1", "text {\"came\":42}"});
  one.answers_to("hello");
  CHECK(sent(one) == Texts{"text hello"});
  {
    Service two(keys);
    CHECK(sent(two) == Texts{"text welcome to kitchen \"1\", 2", "text hello", "text {\"came\":42}"});
    CHECK(sent(one) == Texts{"text {\"came\":42}"});
  }
  CHECK(sent(one) == Texts{"text 1 remain"});
}

TEST_CASE("keys that say how a room works need one") {
  CHECK(Service("room = \"{messag}\"").codes() == "unknown-placeholder ");
  CHECK(Service("greeting = \"{room.count}\"").codes() == "unknown-placeholder ");
}
