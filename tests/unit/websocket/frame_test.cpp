#include "websocket/frame.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice::websocket;

TEST_CASE("only codes that may travel are valid in a Close frame") {
  for (std::uint16_t code : std::vector<std::uint16_t>{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                                                       1014, 3000, 3999, 4000, 4999})
    CHECK(may_be_sent(code));
  for (std::uint16_t code :
       std::vector<std::uint16_t>{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535})
    CHECK(!may_be_sent(code));
}

TEST_CASE("a head is read only when it is complete") {
  std::string bytes{
      "\x82\xfe\x01\x00"
      "abcd",
      8};
  for (std::size_t size = 0; size < bytes.size(); ++size) CHECK(!parse_head({bytes.data(), size}));
  auto head = parse_head({bytes.data(), bytes.size()});
  REQUIRE(head);
  CHECK(head->size == 8);
  CHECK(head->length == 256);
  CHECK(head->opcode == Opcode::binary);
  CHECK(head->masked);
  CHECK(head->shortest);
}

TEST_CASE("a written head is read back as it was, for every form of length") {
  for (std::uint64_t length : {0ull, 1ull, 125ull, 126ull, 127ull, 65535ull, 65536ull, 1ull << 40}) {
    char to[10];
    auto size = write_head(to, Opcode::text, length);
    auto head = parse_head({to, size});
    REQUIRE(head);
    CHECK(head->size == size);
    CHECK(head->length == length);
    CHECK(head->shortest);
    CHECK(head->fin);
    CHECK(!head->masked);
  }
}

TEST_CASE("a length that would fit into a shorter form is noticed") {
  std::string two{"\x82\x7e\x00\x7d", 4};
  CHECK(!parse_head({two.data(), two.size()})->shortest);
  std::string eight{"\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 10};
  CHECK(!parse_head({eight.data(), eight.size()})->shortest);
  std::string negative{"\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", 10};
  CHECK(!parse_head({negative.data(), negative.size()})->shortest);
}

TEST_CASE("unmasking gives the payload back for every length and alignment") {
  std::array<char, 4> key{'\x01', '\x82', '\x33', '\x44'};
  for (std::size_t offset = 0; offset < 8; ++offset) {
    for (std::size_t size = 0; size < 70; ++size) {
      std::string plain(size, 'x'), buffer(offset, '-');
      for (std::size_t i = 0; i < size; ++i) plain[i] = static_cast<char>('a' + i % 26);
      for (std::size_t i = 0; i < size; ++i) buffer += static_cast<char>(plain[i] ^ key[i % 4]);
      unmask({buffer.data() + offset, size}, key);
      CHECK(buffer == std::string(offset, '-') + plain);
    }
  }
}

TEST_CASE("a Close body is empty, or a valid code and a reason in UTF-8") {
  CloseBody body;
  CHECK(!parse_close("", body));
  CHECK(body.code == 1005);
  CHECK(
      !parse_close("\x03\xe8"
                   "bye",
                   body));
  CHECK(body.code == 1000);
  CHECK(body.reason == "bye");
  CHECK(parse_close("\x03", body)->code == 1002);
  CHECK(parse_close("\x03\xed", body)->code == 1002);
  CHECK(parse_close(std::string("\x03\xe8") + "\xff", body)->code == 1007);
}
