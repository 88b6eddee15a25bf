/// The HTTP/1 session by octets: whole, in random pieces and octet by octet it must answer the same.

#include "http1/scene.hpp"
#include "input.hpp"

using namespace sluice;

namespace {

struct Seen {
  std::string answers;  // status codes and framing, without reasons: those may name the first of several faults
  bool closed = false;
  bool handed_over = false;
  bool operator==(const Seen&) const = default;
};

/// Finishes what the application keeps waiting, as long as something comes of it.
void finish_waiting(http1::Scene& scene) {
  while (scene.application.waiting) {
    auto* exchange = std::exchange(scene.application.waiting, nullptr);
    http1::TestApplication::answer(*exchange, 200, "waited");
  }
}

/// Every error text of an answer is left out, so that only statuses and bodies of successes count.
std::string essence(const std::string& output) {
  std::string kept;
  for (std::size_t at = 0; at < output.size();) {
    auto end = output.find("\r\n\r\n", at);
    fuzz::require(end != std::string::npos, "every answer has a whole head");
    auto head = output.substr(at, end - at);
    fuzz::require(head.starts_with("HTTP/1.1 "), "what follows an answer is an answer");
    kept += head.substr(9, 3) + " ";
    at = end + 4;
    auto length = head.find("Content-Length: ");
    if (length == std::string::npos) continue;
    at += std::strtoul(head.c_str() + length + 16, nullptr, 10);
    fuzz::require(at <= output.size(), "a body has its announced length");
    if (head[9] == '2') kept += output.substr(end + 4, at - end - 4) + " ";
  }
  return kept;
}

template <typename NextPiece>
Seen play(std::string_view bytes, NextPiece next_piece) {
  static http1::Scene scene;  // one loop for all runs: making one costs more than a run
  scene.session = std::make_unique<http1::Session>(scene.engine);
  scene.application.waiting = nullptr;
  scene.application.outcomes.clear();
  scene.transport.output.clear();
  scene.transport.closed = scene.transport.paused = scene.transport.lingering = false;
  scene.transport.handed_over.clear();
  scene.transport.replacement.reset();
  scene.session->on_open(scene.transport);
  bool upgraded = false;
  while (!bytes.empty() && !scene.transport.closed && !upgraded) {
    auto piece = bytes.substr(0, next_piece());
    bytes.remove_prefix(piece.size());
    scene.send(std::string(piece));
    finish_waiting(scene);
    const auto& outcomes = scene.application.outcomes;  // the output would not do: a body may quote a status line
    upgraded = !outcomes.empty() && outcomes.back() == 101;
  }
  Seen seen{essence(scene.transport.output), scene.transport.closed, upgraded};
  scene.session.reset();
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto bytes = input.rest();
  if (bytes.empty() || bytes.find("HEAD") != std::string_view::npos) return 0;  // a HEAD cannot be told in the output
  fuzz::Random random(bytes);
  auto whole = play(bytes, [&] { return bytes.size(); });
  auto pieces = play(bytes, [&] { return 1 + random.below(40); });
  auto octets = play(bytes, [] { return std::size_t{1}; });
  auto again = play(bytes, [&] { return bytes.size(); });  // now HeaderCache knows its header sections
  fuzz::require(whole == again, "what was read before is answered as what is new");
  fuzz::require(whole == pieces, "random pieces are answered as the whole");
  fuzz::require(whole == octets, "single octets are answered as the whole");
  return 0;
}
