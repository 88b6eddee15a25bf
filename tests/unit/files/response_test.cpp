#include "files/response.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <vector>

#include "base/text.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::files;
using sluice::test::TemporaryDirectory;

namespace {

class LoneExchange final : public http::Exchange {
 public:
  bool has_body() const override { return false; }
  void hold_body(bool) override {}
  void allow_time(std::chrono::milliseconds) override {}
  const net::Transport& transport() const override { std::abort(); }
  net::Loop& loop() override { std::abort(); }

 private:
  void pull_body(std::uint64_t) override { std::abort(); }
  void send(http::Response&) override { std::abort(); }
  http::ResponseStream& open_stream(http::Response&) override { std::abort(); }
  void switch_protocol(http::Response&, std::unique_ptr<net::Protocol>) override { std::abort(); }
};

std::string text_of(const http::BodyPart& part) {
  if (const auto* octets = std::get_if<std::string_view>(&part)) return std::string(*octets);
  if (const auto* shared = std::get_if<http::SharedBytes>(&part)) return std::string(shared->bytes);
  if (const auto* file = std::get_if<http::FileRange>(&part)) {
    return "[" + std::to_string(file->offset) + "+" + std::to_string(file->length) + "]";
  }
  return "";
}

struct Answer {
  http::Status status;
  std::string fields, body;

  std::string field(std::string_view name) const {
    auto at = ("\r\n" + fields).find("\r\n" + std::string(name) + ": ");
    if (at == std::string::npos) return "";
    at += name.size() + 2;
    return fields.substr(at, fields.find("\r\n", at) - at);
  }
};

struct Served {
  TemporaryDirectory folder;
  std::shared_ptr<const ServedFile> file;

  explicit Served(const std::string& content) {
    folder.write("f", content);
    folder.touch("f", 784111777);
    auto node = FileRoot(folder.path(), Symlinks::inside).find("f");
    file = *load_file(*node, {.name = folder.path("f"), .content_type = "text/plain", .cache_control = ""});
  }

  Answer get(std::vector<http::FieldLine> fields = {}, http::Method method = http::Method::get) const {
    LoneExchange exchange;
    exchange.request.method = method;
    exchange.request.fields = fields;
    auto response = make_file_response(exchange, file);
    Answer answer{response.status, "", text_of(response.body)};
    if (response.fixed) answer.fields = response.fixed->http1();
    for (const auto& line : response.fields) {
      answer.fields += std::string(line.name) + ": " + std::string(line.value) + "\r\n";
    }
    for (const auto& part : response.more) answer.body += text_of(part);
    return answer;
  }
};

const std::string digits = "0123456789";

}  // namespace

TEST_CASE("a file is sent whole with its validators") {
  Served served(digits);
  auto answer = served.get();
  CHECK(answer.status == 200);
  CHECK(answer.body == digits);
  CHECK(answer.field("ETag") == served.file->etag);
  CHECK(answer.field("Last-Modified") == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(answer.field("Accept-Ranges") == "bytes");
}

TEST_CASE("a client that has it gets 304 with the validators and without content") {
  Served served(digits);
  auto answer = served.get({{"If-None-Match", served.file->etag}});
  CHECK(answer.status == 304);
  CHECK(answer.body.empty());
  CHECK(answer.field("ETag") == served.file->etag);
  CHECK(answer.field("Content-Type").empty());
  CHECK(served.get({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}).status == 304);
  CHECK(served.get({{"If-Match", "\"other\""}}).status == 412);
}

TEST_CASE("one range answers 206 with its place") {
  Served served(digits);
  auto answer = served.get({{"Range", "bytes=2-4"}});
  CHECK(answer.status == 206);
  CHECK(answer.body == "234");
  CHECK(answer.field("Content-Range") == "bytes 2-4/10");
  CHECK(answer.field("Content-Type") == "text/plain");
  CHECK(served.get({{"Range", "bytes=-3"}}, http::Method::head).field("Content-Range").empty());
}

TEST_CASE("several ranges answer multipart/byteranges") {
  Served served(digits);
  auto answer = served.get({{"Range", "bytes=0-1, 8-"}});
  CHECK(answer.status == 206);
  auto type = answer.field("Content-Type");
  REQUIRE(type.starts_with("multipart/byteranges; boundary="));
  auto boundary = type.substr(type.find('=') + 1);
  CHECK(answer.body == "--" + boundary + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--" +
                           boundary + "\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--" +
                           boundary + "--\r\n");
  CHECK(answer.field("Content-Range").empty());
}

TEST_CASE("a range past the end answers 416 with the size") {
  Served served(digits);
  auto answer = served.get({{"Range", "bytes=10-"}});
  CHECK(answer.status == 416);
  CHECK(answer.field("Content-Range") == "bytes */10");
}

TEST_CASE("If-Range with another validator gives the whole") {
  Served served(digits);
  CHECK(served.get({{"Range", "bytes=0-0"}, {"If-Range", served.file->etag}}).status == 206);
  CHECK(served.get({{"Range", "bytes=0-0"}, {"If-Range", "\"old\""}}).status == 200);
}

TEST_CASE("a large file is sent from its descriptor") {
  Served served(std::string(200'000, 'x'));
  CHECK(served.get().body == "[0+200000]");
  CHECK(served.get({{"Range", "bytes=100-199"}}).body == "[100+100]");
}

TEST_CASE("an empty file is sent as it is") {
  Served served("");
  CHECK(served.get().status == 200);
  CHECK(served.get().body.empty());
  CHECK(served.get({{"Range", "bytes=0-"}}).status == 416);
}

TEST_CASE("the page of an error has no validators") {
  Served served(digits);
  auto response = make_whole_response(served.file, 404);
  CHECK(response.status == 404);
  CHECK(response.fixed->http1().find("ETag") == std::string_view::npos);
  CHECK(text_of(response.body) == digits);
}
