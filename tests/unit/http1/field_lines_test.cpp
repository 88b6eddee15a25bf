#include "http1/field_lines.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "http1/llhttp_oracle.hpp"

using namespace sluice;
using namespace sluice::http1;

namespace {

/// How many field lines stand before the empty line.
std::size_t count_lines(std::string_view lines) {
  std::size_t count = 0;
  while (!lines.starts_with("\r\n")) {
    lines.remove_prefix(lines.find("\r\n") + 2);
    ++count;
  }
  return count;
}

std::optional<PlainFields> split(std::string_view lines, std::vector<http::FieldLine>& fields) {
  fields.resize(count_lines(lines));
  return split_plain_fields(lines, fields);
}

bool is_plain(std::string_view lines) {
  std::vector<http::FieldLine> fields;
  return split(lines, fields).has_value();
}

}  // namespace

TEST_CASE("plain fields are split into names and trimmed values") {
  std::vector<http::FieldLine> fields;
  auto plain = split("Host: a:80\r\nX-Empty:\r\nx: \t b : c \t\r\n\r\n", fields);
  REQUIRE(plain);
  CHECK(plain->keep_alive);
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].name == "Host");
  CHECK(fields[0].value == "a:80");
  CHECK(fields[1].value == "");
  CHECK(fields[2].name == "x");
  CHECK(fields[2].value == "b : c");
}

TEST_CASE("one Connection field that says close or keep-alive is plain") {
  std::vector<http::FieldLine> fields;
  CHECK(split("connection: Keep-Alive\r\n\r\n", fields)->keep_alive);
  CHECK_FALSE(split("Connection: CLOSE\r\n\r\n", fields)->keep_alive);
  CHECK_FALSE(is_plain("Connection: close\r\nConnection: close\r\n\r\n"));
  CHECK_FALSE(is_plain("Connection: close, TE\r\n\r\n"));
  CHECK_FALSE(is_plain("Connection:\r\n\r\n"));
}

TEST_CASE("fields that bear on framing are left to llhttp") {
  for (auto name : {"Content-Length", "TRANSFER-ENCODING", "upgrade", "Proxy-Connection"})
    CHECK_FALSE(is_plain("Host: x\r\n" + std::string(name) + ": 1\r\n\r\n"));
}

TEST_CASE("lines without a well-formed name are left to llhttp") {
  for (auto line : {"Host : x", "Host", "a b: c", "a\x80: c", ": c", "(a): c"})
    CHECK_FALSE(is_plain(std::string(line) + "\r\n\r\n"));
}

TEST_CASE("what is plain is read as llhttp reads it") {
  const std::string_view pieces[] = {"GET ",
                                     "POST ",
                                     "DELETE ",
                                     "/",
                                     "/a?b=c",
                                     "/%41",
                                     "/a b",
                                     " HTTP/1.1\r\n",
                                     " HTTP/1.0\r\n",
                                     "Host: x\r\n",
                                     "Host:",
                                     "x:y\r\n",
                                     "X-A: b\r\n",
                                     "X-A:\t c \r\n",
                                     " folded\r\n",
                                     "Connection: close\r\n",
                                     "Connection: keep-alive\r\n",
                                     "connection: upgrade\r\n",
                                     "Content-Length: 0\r\n",
                                     "Content-Length: 5\r\n",
                                     "Transfer-Encoding: chunked\r\n",
                                     "Upgrade: h2c\r\n",
                                     "Expect: 100-continue\r\n",
                                     "\x80: \xff\r\n",
                                     "v: \x80\xff\r\n",
                                     "Cookie: a=b; c=\"d\"\r\n",
                                     "\r\n",
                                     "\r",
                                     "\n",
                                     ":",
                                     " ",
                                     "\t",
                                     "a",
                                     std::string_view("\0", 1),
                                     "\x7f"};
  std::mt19937 random(7);
  std::size_t plain = 0;
  for (int round = 0; round < 40'000; ++round) {
    // Half of them are sound but for one piece anywhere.
    std::string head = round % 2 ? "GET /a HTTP/1.1\r\nHost: x\r\n" : "";
    for (auto count = random() % 6; count > 0; --count) head += pieces[random() % std::size(pieces)];
    head += "\r\n\r\n";
    auto difference = differs_from_llhttp(head);
    CHECK_MESSAGE(difference.empty(), difference << ": " << head);
    HeadScanner scanner;
    plain += scanner.scan(head, Settings{}) == HeadScanner::Outcome::complete && head.find("X-A") != std::string::npos;
  }
  CHECK(plain > 500);  // the comparison was not idle
}
