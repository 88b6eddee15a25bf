/// The WebSocket session by octets, with and without compression: whole and in pieces it must do the same.

#include "input.hpp"
#include "websocket/conversation.hpp"
#include "websocket/deflate.hpp"

using namespace sluice;
using namespace sluice::websocket;
using namespace sluice::websocket::test;

namespace {

template <typename NextPiece>
Outcome play(std::string_view bytes, bool compressed, NextPiece next_piece) {
  Limits limits;
  limits.message = 4096;
  std::vector<std::string> events;
  FakeTransport transport;
  std::unique_ptr<Compression> compression;
  if (compressed) compression = std::make_unique<Compression>(DeflateAgreement{true, true, 15, 15}, DeflateOptions{});
  auto session = std::make_unique<Session>(limits, std::make_unique<Recorder>(events, true), std::move(compression));
  session->on_open(transport);
  while (!bytes.empty() && !transport.closed && !transport.aborted) {
    std::string piece(bytes.substr(0, next_piece()));
    bytes.remove_prefix(piece.size());
    session->on_bytes({piece.data(), piece.size()});
    transport.end_callback();
    transport.run_turns();  // a slow machine leaves something for them
  }
  session.reset();
  auto sent = compressed ? std::vector<std::string>{transport.output} : server_frames(transport.output);
  return {sent, events, transport.closed || transport.aborted};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  bool compressed = input.flip();
  auto bytes = input.rest();
  if (bytes.empty()) return 0;
  fuzz::Random random(bytes);
  auto whole = play(bytes, compressed, [&] { return bytes.size(); });
  fuzz::require(whole == play(bytes, compressed, [&] { return 1 + random.below(30); }), "random pieces do the same");
  fuzz::require(whole == play(bytes, compressed, [] { return std::size_t{1}; }), "single octets do the same");
  if (!compressed) {
    for (const auto& frame : whole.sent)
      fuzz::require(frame != "garbage" && frame != "bad close", "frames are well formed");
  }
  return 0;
}
