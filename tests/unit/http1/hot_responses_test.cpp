#include "http1/hot_responses.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "http1/scene.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

constexpr std::string_view head = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n";
constexpr std::string_view monday = "Date: Mon, 02 Mar 2026 10:00:00 GMT\r\n";
constexpr std::string_view tuesday = "Date: Tue, 03 Mar 2026 10:00:00 GMT\r\n";

http::SharedBytes content_of(std::size_t size, char letter = 'c') {
  auto text = std::make_shared<const std::string>(size, letter);
  return {text, *text};
}

std::string text_of(const net::OpenFile& file) {
  std::string text(100'000, '\0');
  auto got = ::pread(file.fd(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

/// The file after so many uses that there is one, if ever there will be.
std::shared_ptr<const net::OpenFile> heat(HotResponses& hot, const http::SharedBytes& content,
                                          std::string_view date = monday) {
  const std::shared_ptr<const net::OpenFile>* file = nullptr;
  for (std::uint32_t i = 0; i < HotResponses::uses_before; ++i) file = hot.find(head, date, content);
  return file ? *file : nullptr;
}

/// Answers each request with the same content, which others own.
struct SharingApplication final : TestApplication {
  void on_request(http::Exchange& exchange) override {
    http::Response response;
    response.fixed = &fields;
    response.body = content;
    response.close = exchange.request.path == "/close";
    exchange.respond(std::move(response));
  }
  http::FixedFields fields{{{"ETag", "\"a\""}}};
  http::SharedBytes content = content_of(20'000);
};

}  // namespace

TEST_CASE("a response that is given often in one second becomes a file with its head, the date and its content") {
  HotResponses hot;
  auto content = content_of(10'000);
  for (std::uint32_t i = 1; i < HotResponses::uses_before; ++i) CHECK_FALSE(hot.find(head, monday, content));
  const auto* file = hot.find(head, monday, content);
  REQUIRE(file);
  CHECK(text_of(**file) == std::string(head) + std::string(monday) + "\r\n" + std::string(10'000, 'c'));
  const auto* again = hot.find(head, monday, content);
  REQUIRE(again);
  CHECK(*again == *file);
}

TEST_CASE("the next second begins anew and leaves what is on its way as it was") {
  HotResponses hot;
  auto content = content_of(10'000);
  auto first = heat(hot, content);
  REQUIRE(first);
  CHECK_FALSE(hot.find(head, tuesday, content));
  CHECK(first.use_count() == 1);
  auto second = heat(hot, content, tuesday);
  REQUIRE(second);
  CHECK(text_of(*first).find(monday) == head.size());
  CHECK(text_of(*second).find(tuesday) == head.size());
}

TEST_CASE("the same content behind another head is sent as usual") {
  HotResponses hot;
  auto content = content_of(10'000);
  REQUIRE(heat(hot, content));
  CHECK_FALSE(hot.find("HTTP/1.1 200 OK\r\nETag: \"b\"\r\n", monday, content));
  CHECK_FALSE(hot.find(head, monday, {content.owner, content.bytes.substr(0, 9'000)}));
  CHECK(hot.find(head, monday, content));
}

TEST_CASE("what is small or large never becomes a file") {
  // Each alone: contents whose addresses share a slot keep each other out.
  auto becomes_file = [](std::size_t size) {
    HotResponses hot;
    return heat(hot, content_of(size)) != nullptr;
  };
  CHECK_FALSE(becomes_file(HotResponses::least_content - 1));
  CHECK(becomes_file(HotResponses::least_content));
  CHECK(becomes_file(HotResponses::most_content));
  CHECK_FALSE(becomes_file(HotResponses::most_content + 1));
}

TEST_CASE("content that is made into a file is kept while it may be given") {
  HotResponses hot;
  auto content = content_of(10'000);
  std::weak_ptr<const void> owner = content.owner;
  REQUIRE(heat(hot, content));
  content = {};
  CHECK_FALSE(owner.expired());
  CHECK_FALSE(hot.find(head, tuesday, content_of(10'000)));
  CHECK(owner.expired());
}

TEST_CASE("there are no more files than allowed, with those that a slow client still has") {
  HotResponses hot;
  std::vector<http::SharedBytes> contents;
  std::vector<std::shared_ptr<const net::OpenFile>> held;
  auto heat_many = [&](std::string_view date) {
    std::size_t files = 0;
    for (const auto& content : contents) {
      auto file = heat(hot, content, date);
      files += file != nullptr;
      if (file) held.push_back(std::move(file));
    }
    return files;
  };
  for (int i = 0; i < 200; ++i) contents.push_back(content_of(10'000));
  CHECK(heat_many(monday) == HotResponses::most_files);
  CHECK(heat_many(tuesday) == 0);
  held.resize(10);
  CHECK(heat_many(monday) == HotResponses::most_files - 10);
  held.clear();
  hot.clear();
  CHECK(heat_many(tuesday) == HotResponses::most_files);
}

TEST_CASE("all threads together have no more files than they may") {
  HotResponses one, other;
  std::vector<http::SharedBytes> contents;
  for (int i = 0; i < 100; ++i) contents.push_back(content_of(10'000));
  HotResponses::set_limit(5);
  std::size_t files = 0;
  for (const auto& content : contents) files += heat(one, content) != nullptr;
  CHECK(files == 5);
  for (const auto& content : contents) CHECK_FALSE(heat(other, content));
  one.clear();
  files = 0;
  for (const auto& content : contents) files += heat(other, content, tuesday) != nullptr;
  CHECK(files == 5);
  HotResponses::set_limit(64);
}

TEST_CASE("what is of another second is forgotten when somebody asks for that") {
  HotResponses hot;
  auto content = content_of(10'000);
  std::weak_ptr<const net::OpenFile> file = heat(hot, content);
  hot.clear_before(monday);
  CHECK_FALSE(file.expired());
  hot.clear_before(tuesday);
  CHECK(file.expired());
}

TEST_CASE("content that comes once takes no place from what comes often") {
  HotResponses hot;
  std::vector<http::SharedBytes> once;
  for (int i = 0; i < 2000; ++i) once.push_back(content_of(10'000));
  for (const auto& content : once) CHECK_FALSE(hot.find(head, monday, content));
  auto often = content_of(10'000);
  const std::shared_ptr<const net::OpenFile>* file = nullptr;
  for (std::uint32_t i = 0; i < 2 * HotResponses::uses_before && !file; ++i) {
    file = hot.find(head, monday, often);
    CHECK_FALSE(hot.find(head, monday, once[i]));
  }
  CHECK(file);
}

TEST_CASE("a client gets the same octets, whichever way they are sent") {
  SharingApplication application;
  application.fields.prepare(200, 20'000);
  Engine engine(application, Settings{});
  Session session(engine);
  test::FakeTransport transport;
  session.on_open(transport);
  auto answer = [&](const std::string& request) {
    transport.output.clear();
    auto octets = request;
    session.on_bytes({octets.data(), octets.size()});
    return without_dates(transport.output);
  };
  const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string expected = "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 20000\r\n\r\n";
  for (std::uint32_t i = 0; i < 3 * HotResponses::uses_before; ++i) {  // in two seconds at most
    CHECK(answer(get) == expected + std::string(20'000, 'c'));
  }
  CHECK(transport.files > 0);
  auto before = transport.files;
  CHECK(answer("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n") == expected);
  auto close = answer("GET /close HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(close.find("Connection: close\r\n\r\ncccc") != std::string::npos);
  CHECK(transport.files == before);
}
