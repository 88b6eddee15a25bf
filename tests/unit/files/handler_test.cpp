#include "files/handler.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "http1/scene.hpp"
#include "site/dispatcher.hpp"
#include "support/loaded_site.hpp"
#include "support/served_folder.hpp"

using namespace sluice;

namespace {

struct Listener final : site::Observer {
  void on_end(http::Exchange&, const http::Outcome&) override { ++count; }
  int count = 0;
};

/// One connection to a worker that serves a folder, without sockets.
class Client {
 public:
  Client(const test::ServedFolder& folder, const std::string& keys = "", site::Observer* observer = nullptr)
      : dispatcher_(test::site_of("[[static]]\npath = \"/\"\nroot = \"" + folder.path() + "\"\n" + keys), observer) {
    connect();
  }

  std::string ask(const std::string& line, const std::string& fields = "") {
    if (transport_.closed) connect();
    transport_.output.clear();
    transport_.loop().count_look();
    auto octets = request(line, fields);
    session_->on_bytes({octets.data(), octets.size()});
    auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (transport_.output.empty() && std::chrono::steady_clock::now() < end) transport_.loop().run_once();
    CHECK_FALSE(transport_.output.empty());
    return http1::without_dates(transport_.output);
  }

 private:
  void connect() {
    transport_.closed = false;
    session_ = std::make_unique<http1::Session>(engine_);
    session_->on_open(transport_);
  }
  static std::string request(const std::string& line, const std::string& fields) {
    return line + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
  }

  site::Dispatcher dispatcher_;
  http1::Engine engine_{dispatcher_, http1::Settings{}};
  test::FakeTransport transport_;
  std::unique_ptr<http1::Session> session_;
};

/// A folder whose files have been left alone for long enough to be kept.
struct Folder : test::ServedFolder {
  Folder() { put("page.html", "<p>page</p>"); }
  void put(const std::string& name, const std::string& content) const {
    write(name, content);
    load_settled(name);
  }
  std::string tag(const std::string& name) const { return load(name)->etag; }
};

}  // namespace

TEST_CASE("a file that is asked for again is answered as the first time") {
  Folder folder;
  folder.put("index.html", "home");
  folder.put("large.bin", std::string(100'000, 'l'));
  folder.write("dir/x", "x");
  Client client(folder);
  struct Case {
    std::string line, fields, beginning;
  };
  const auto tag = folder.tag("page.html");
  for (const auto& [line, fields, beginning] : std::initializer_list<Case>{
           {"GET /page.html", "", "HTTP/1.1 200"},
           {"HEAD /page.html", "", "HTTP/1.1 200"},
           {"GET /", "", "HTTP/1.1 200"},
           {"GET /large.bin", "", "HTTP/1.1 200"},
           {"GET /page.html", "If-None-Match: " + tag + "\r\n", "HTTP/1.1 304"},
           {"GET /page.html", "If-None-Match: \"other\"\r\n", "HTTP/1.1 200"},
           {"GET /page.html", "Connection: close\r\n", "HTTP/1.1 200"},
           {"GET /page.html", "If-Match: \"other\"\r\n", "HTTP/1.1 412"},
           {"GET /page.html", "Range: bytes=0-1\r\n", "HTTP/1.1 206"},
           {"GET /page.html", "If-Modified-Since: Friday, 01-Jan-44 00:00:00 GMT\r\n", "HTTP/1.1 304"},
           {"GET /page%2ehtml", "", "HTTP/1.1 200"},
           {"GET /missing", "", "HTTP/1.1 404"},
           {"GET /dir", "", "HTTP/1.1 308"},
           {"POST /page.html", "Content-Length: 0\r\n", "HTTP/1.1 405"},
       }) {
    CAPTURE(line + fields);
    auto first = Client(folder).ask(line, fields);
    CHECK(first.starts_with(beginning));
    for (int i = 0; i < 5; ++i) CHECK(client.ask(line, fields) == first);
  }
}

TEST_CASE("a file that changes is seen by the next request, however often the same had been asked before") {
  Folder folder;
  Client client(folder);
  const auto condition = "If-None-Match: " + folder.tag("page.html") + "\r\n";
  for (int i = 0; i < 5; ++i) {
    CHECK(client.ask("GET /page.html").ends_with("<p>page</p>"));
    CHECK(client.ask("GET /page.html", condition).starts_with("HTTP/1.1 304"));
  }
  folder.put("page.html", "<p>new</p>");
  for (int i = 0; i < 5; ++i) {
    CHECK(client.ask("GET /page.html").ends_with("<p>new</p>"));
    CHECK(client.ask("GET /page.html", condition).ends_with("<p>new</p>"));
    CHECK(
        client.ask("GET /page.html", "If-None-Match: " + folder.tag("page.html") + "\r\n").starts_with("HTTP/1.1 304"));
  }
  std::filesystem::remove(folder.path("page.html"));
  CHECK(client.ask("GET /page.html").starts_with("HTTP/1.1 404"));
  folder.put("page.html", "<p>back</p>");
  CHECK(client.ask("GET /page.html").ends_with("<p>back</p>"));
}

TEST_CASE("each coding of a file stands for itself") {
  Folder folder;
  folder.put("app.js", std::string(5000, 'j'));
  folder.put("app.js.gz", "\x1f\x8b compressed");
  Client client(folder);
  const std::string gzip = "Accept-Encoding: gzip\r\n";
  auto first = client.ask("GET /app.js", gzip);
  CHECK(first.find("Content-Encoding: gzip\r\n") != std::string::npos);
  for (int i = 0; i < 5; ++i) {
    CHECK(client.ask("GET /app.js", gzip) == first);
    CHECK(client.ask("GET /app.js").ends_with("jjjj"));
  }
  folder.put("app.js.gz", "\x1f\x8b other");
  CHECK(client.ask("GET /app.js", gzip).ends_with("other"));
}

TEST_CASE("a response with a field that each request makes anew is no other's") {
  Folder folder;
  Client client(folder, "headers = { X-Path = \"{path}\" }\n");
  for (int i = 0; i < 5; ++i) CHECK(client.ask("GET /page.html").find("X-Path: /page.html\r\n") != std::string::npos);
}

TEST_CASE("whoever wants to hear of requests hears of all that are for files") {
  Folder folder;
  Listener listener;
  Client client(folder, "", &listener);
  for (int i = 0; i < 5; ++i) client.ask("GET /page.html");
  CHECK(listener.count == 5);
}

TEST_CASE("the file of a route is answered as the first time, too, with its status") {
  Folder folder;
  auto route = [&](const std::string& path, const std::string& more) {
    return "[[route]]\npath = \"" + path + "\"\nfile = \"" + folder.path("page.html") + "\"\n" + more;
  };
  Client client(folder, route("/usual", "") + route("/teapot", "status = 418\n"));
  for (int i = 0; i < 5; ++i) {
    CHECK(client.ask("GET /usual").starts_with("HTTP/1.1 200"));
    CHECK(client.ask("GET /teapot").starts_with("HTTP/1.1 418"));
    CHECK(client.ask("GET /teapot").ends_with("<p>page</p>"));
  }
}
