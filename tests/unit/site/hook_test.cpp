#include "site/hook.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "http1/scene.hpp"
#include "site/dispatcher.hpp"
#include "support/loaded_site.hpp"

using namespace sluice;

namespace {

/// What the hooks of these tests have done, and who waits. They do nothing where a config does not have their keys.
std::vector<std::string> done;
std::vector<http::Exchange*> waiting;

struct Waiting final : http::Work {
  ~Waiting() override { done.emplace_back("stopped"); }
};

/// Waits, or answers, where the request asks for it by a field with the name of its key.
class Probe final : public site::Hook {
 public:
  Probe(std::string key, const std::string& value) : key_(std::move(key)), name_(key_ + "=" + value) {}

  bool before(http::Exchange& exchange) const override {
    done.push_back(name_);
    auto wish = exchange.request.field(key_);
    if (wish == "answer") {
      site::respond_error(exchange, 401, name_);
      return false;
    }
    if (wish == "go on") {
      exchange.go_on();
      return false;
    }
    if (wish != "wait") return true;
    waiting.push_back(&exchange);
    exchange.wait_for(std::make_unique<Waiting>());
    return false;
  }
  void after(http::Exchange& exchange, http::Response& response) const override {
    done.push_back("after " + name_);
    response.fields.push_back({"Probe", exchange.arena.copy(name_)});
  }

 private:
  std::string key_, name_;
};

struct FirstOptions {
  std::optional<std::string> first;
};
struct SecondOptions {
  std::optional<std::string> second;
};

const config::Fields<FirstOptions>& first_fields() {
  static const config::Fields<FirstOptions> all = {
      config::field("test_first", &FirstOptions::first, config::string()).doc("Of a test.").example("\"x\"")};
  return all;
}
const config::Fields<SecondOptions>& second_fields() {
  static const config::Fields<SecondOptions> all = {
      config::field("test_second", &SecondOptions::second, config::string()).doc("Of a test.").example("\"x\"")};
  return all;
}

std::shared_ptr<site::Hook> make_probe(const char* key, const std::optional<std::string>& own,
                                       const std::optional<std::string>& server) {
  const auto& value = own ? own : server;
  return value ? std::make_shared<Probe>(key, *value) : nullptr;
}
std::shared_ptr<site::Hook> make_first(const FirstOptions& own, const FirstOptions& server) {
  return make_probe("first", own.first, server.first);
}
std::shared_ptr<site::Hook> make_second(const SecondOptions& own, const SecondOptions& server) {
  return make_probe("second", own.second, server.second);
}

// Registered in the order in which they do not stand.
const site::Middleware second(site::HookOrder::compression, {"server", "route"}, second_fields, make_second);
const site::Middleware first(site::HookOrder::addresses, {"server", "route"}, first_fields, make_first);

/// HTTP/1 before a site, and one connection.
struct Scene {
  explicit Scene(const std::string& text) : dispatcher(test::site_of(text), nullptr) {
    done.clear();
    waiting.clear();
    session->on_open(transport);
  }
  void send(std::string bytes) { session->on_bytes({bytes.data(), bytes.size()}); }
  std::string ask(const std::string& line, const std::string& fields = "", const std::string& body = "") {
    done.clear();
    transport.output.clear();
    send(line + " HTTP/1.1\r\nHost: a.example\r\n" + fields + "\r\n" + body);
    return transport.output;
  }
  void go_on() {
    auto* exchange = waiting.at(0);
    waiting.erase(waiting.begin());
    exchange->go_on();
  }
  std::string status() const { return transport.output.substr(0, 12); }
  std::string body() const { return transport.output.substr(transport.output.find("\r\n\r\n") + 4); }

  site::Dispatcher dispatcher;
  http1::Engine engine{dispatcher, http1::Settings{}};
  test::FakeTransport transport;
  std::unique_ptr<http1::Session> session = std::make_unique<http1::Session>(engine);
};

using Done = std::vector<std::string>;

std::string joined(const Done& all) {
  std::string joined;
  for (const auto& one : all) joined += one + ", ";
  return joined;
}

const std::string text = R"(
[server]
test_first = "server"
test_second = "server"

[[route]]
path = "/"
text = "root"

[[route]]
path = "/own/"
test_second = "own"
text = "own"

[[route]]
path = "/echo"
method = "POST"
text = "{body}"
)";

const Done of_server = {"first=server", "second=server", "after second=server", "after first=server"};

}  // namespace

TEST_CASE("hooks are called in their order, and the other way round after the action") {
  Scene scene(text);
  scene.ask("GET /");
  CHECK(done == of_server);
  CHECK(scene.body() == "root");
}

TEST_CASE("the key of a route goes before that of the server") {
  Scene scene(text);
  scene.ask("GET /own/");
  CHECK(done == Done{"first=server", "second=own", "after second=own", "after first=server"});
}

TEST_CASE("without their keys there are no hooks") {
  Scene scene(
      "[[route]]\npath = \"/\"\ntest_first = \"own\"\ntext = \"root\"\n\n[[route]]\npath = \"/bare\"\ntext = \"bare\"\n");
  scene.ask("GET /bare");
  CHECK(done.empty());
  scene.ask("GET /");
  CHECK(done == Done{"first=own", "after first=own"});
  scene.ask("GET /missing");
  CHECK(done.empty());
}

TEST_CASE("what no route serves passes the hooks of the server") {
  for (auto [line, status] :
       {std::pair{"GET /missing", "404"}, std::pair{"DELETE /", "405"}, std::pair{"OPTIONS *", "204"},
        std::pair{"OPTIONS /", "204"}, std::pair{"GET /%ff", "400"}}) {
    CAPTURE(std::string(line));
    Scene scene(text);
    scene.ask(line);
    CHECK(scene.status() == "HTTP/1.1 " + std::string(status));
    CHECK(joined(done) == joined(of_server));
  }
}

TEST_CASE("a redirect to the path with its slash passes the hooks of the route") {
  Scene scene(text);
  scene.ask("GET /own");
  CHECK(scene.status() == "HTTP/1.1 307");
  CHECK(joined(done) == "first=server, second=own, after second=own, after first=server, ");
}

TEST_CASE("an error of the protocol passes the hooks after it") {
  Scene scene(text);
  scene.send("GET / HTTP/1.1\r\nno field\r\n\r\n");
  CHECK(scene.status() == "HTTP/1.1 400");
  CHECK(done == Done{"after second=server", "after first=server"});
  Scene large(text + "body_limit = \"3B\"\n");
  large.ask("POST /echo", "Content-Length: 4\r\n", "four");
  CHECK(large.status() == "HTTP/1.1 413");
  CHECK(done == of_server);
}

TEST_CASE("a hook that answers ends the way of the request") {
  Scene scene(text);
  scene.ask("GET /", "first: answer\r\n");
  CHECK(scene.status() == "HTTP/1.1 401");
  CHECK(done == Done{"first=server", "after second=server", "after first=server"});
  scene.ask("GET /missing", "second: answer\r\n");
  CHECK(scene.status() == "HTTP/1.1 401");
  scene.ask("POST /echo", "second: answer\r\nContent-Length: 4\r\n", "body");
  CHECK(scene.status() == "HTTP/1.1 401");
  scene.ask("GET /");  // the connection goes on behind the body that nobody has read
  CHECK(scene.body() == "root");
}

TEST_CASE("a hook that waits goes on with the next stage") {
  Scene scene(text);
  scene.ask("GET /", "first: wait\r\nsecond: wait\r\n");
  CHECK(done == Done{"first=server"});
  scene.go_on();
  CHECK(done == Done{"first=server", "second=server"});
  CHECK(scene.transport.output.empty());
  scene.go_on();
  CHECK(scene.body() == "root");
  scene.transport.loop().run_once();
  CHECK(done ==
        Done{"first=server", "second=server", "after second=server", "after first=server", "stopped", "stopped"});
  scene.ask("GET /own/");
  CHECK(scene.body() == "own");
}

TEST_CASE("a hook may go on before it returns") {
  Scene scene(text);
  scene.ask("GET /", "first: go on\r\nsecond: go on\r\n");
  CHECK(done == of_server);
  CHECK(scene.body() == "root");
}

TEST_CASE("what comes while a hook waits is read afterwards") {
  Scene scene(text);
  scene.ask("POST /echo", "first: wait\r\nContent-Length: 4\r\n", "bo");
  scene.send("dyGET / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(scene.transport.output.empty());
  scene.go_on();
  CHECK(scene.body().starts_with("body"));
  CHECK(scene.transport.output.ends_with("root"));
}

TEST_CASE("a client that leaves while a hook waits stops what it waits for") {
  Scene scene(text);
  scene.ask("GET /", "second: wait\r\n");
  scene.session.reset();
  CHECK(done == Done{"first=server", "second=server", "stopped"});
  CHECK(scene.transport.output.empty());
}

TEST_CASE("a hook that waits too long is answered for") {
  Scene scene(text);
  scene.ask("GET /", "first: wait\r\n");
  CHECK(scene.transport.deadline == http1::Settings{}.response);
  scene.session->on_deadline();
  CHECK(scene.status() == "HTTP/1.1 503");
  CHECK(done.back() != "second=server");
}

TEST_CASE("a request that waits stays on the site on which it began") {
  for (auto [line, expected] : {std::pair{"GET /", "HTTP/1.1 200"}, std::pair{"GET /own", "HTTP/1.1 307"},
                                std::pair{"OPTIONS /", "HTTP/1.1 204"}, std::pair{"DELETE /", "HTTP/1.1 405"},
                                std::pair{"OPTIONS *", "HTTP/1.1 204"}}) {
    CAPTURE(std::string(line));
    std::string answers[2];
    for (bool reloaded : {false, true}) {
      Scene scene(text);
      scene.ask(line, "first: wait\r\n");
      if (reloaded) {
        // Nobody else holds the new site when it is replaced, too.
        scene.dispatcher.set_site(
            test::site_of("[server]\nheaders.X-New = \"new\"\n[[route]]\npath = [\"/\", \"/own\"]\ntext = \"new\"\n"));
        scene.go_on();
        scene.dispatcher.set_site(test::site_of("[[route]]\npath = \"/newer\"\ntext = \"newer\"\n"));
      } else {
        scene.go_on();
      }
      CHECK(scene.status() == expected);
      CHECK(scene.transport.output.find("Probe: first=server") != std::string::npos);
      answers[reloaded] = http1::without_dates(scene.transport.output);
    }
    CHECK(answers[0] == answers[1]);
  }
}
