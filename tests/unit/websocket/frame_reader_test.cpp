#include "websocket/frame_reader.hpp"

#include <doctest/doctest.h>

#include <string>

#include "conversation.hpp"

using namespace sluice::websocket;
using namespace sluice::websocket::test;

namespace {

/// The payload of the first frame of `bytes`; `rest` becomes what the reader left.
std::string first_payload(FrameReader& reader, std::span<char>& bytes, std::uint64_t& claimed) {
  std::string payload;
  FrameReader::Chunk chunk;
  while (reader.next(bytes, chunk) == FrameReader::Step::chunk) {
    if (chunk.first) claimed = chunk.head.length;
    payload += chunk.data;
    if (chunk.last) break;
  }
  return payload;
}

}  // namespace

TEST_CASE("a frame is read to its end, and what follows is left to the caller") {
  for (std::size_t size : {0u, 1u, 125u, 126u, 65535u, 65536u}) {
    auto bytes = text(std::string(size, 'x')) + text("next");
    std::span<char> left(bytes);
    FrameReader reader;
    std::uint64_t claimed = 0;
    CHECK(first_payload(reader, left, claimed) == std::string(size, 'x'));
    CHECK(claimed == size);
    CHECK(reader.at_boundary());
    CHECK(std::string(left.begin(), left.end()) == text("next"));
    CHECK(first_payload(reader, left, claimed) == "next");
    CHECK(left.empty());
  }
}

TEST_CASE("a reader is not at a boundary from the first octet of a frame to its last") {
  auto bytes = text("abc");
  FrameReader reader;
  FrameReader::Chunk chunk;
  CHECK(reader.at_boundary());
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    auto octet = std::span(bytes).subspan(at, 1);
    auto step = reader.next(octet, chunk);
    CHECK(step == (at < 6 ? FrameReader::Step::more : FrameReader::Step::chunk));
    CHECK(reader.at_boundary() == (at + 1 == bytes.size()));
  }
}

TEST_CASE("lengths in a longer form than needed and bad control frames are refused") {
  for (const auto& bad : {text("x", {.length_form = 2}), text("x", {.length_form = 8}),
                          client_frame(9, "x", {.fin = false}), ping(std::string(126, 'x'))}) {
    auto bytes = bad;
    std::span<char> left(bytes);
    FrameReader reader;
    FrameReader::Chunk chunk;
    CHECK(reader.next(left, chunk) == FrameReader::Step::violation);
  }
}
