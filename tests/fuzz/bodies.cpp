/// Bodies that are pulled and responses that are streamed: requests made of the input come in pieces, while an
/// application reads, skips, streams or holds each body, or leaves it unread, and answers at once, later, or piece by
/// piece. What it gets must be what was sent, and each request must get its own response.

#include <vector>

#include "http1/scene.hpp"
#include "input.hpp"

using namespace sluice;

namespace {

constexpr std::uint64_t limit = 1 << 20;

enum class Reading : std::uint8_t { whole, skipped, streamed, held, answered_within, unread, unread_for_now };

/// One request, and what becomes of it.
struct Plan {
  std::string body, response;
  Reading reading = Reading::whole;
  bool chunked = false, later = false, streams = false;
};

class Source;

struct Application final : http::Application {
  void on_request(http::Exchange& exchange) override;
  void answer(http::Exchange& exchange);
  void finish(http::Exchange& exchange) { plan().later ? void(waiting = &exchange) : answer(exchange); }
  void on_protocol_error(http::Exchange&, http::Status, std::string_view) override {
    fuzz::require(false, "nothing is wrong with these requests");
  }
  void on_end(http::Exchange&, const http::Outcome& outcome) override {
    fuzz::require(!outcome.aborted && outcome.status == 200, "every response gets to its end");
    fuzz::require(outcome.body_octets == plans[ended].response.size(), "the outcome counts the content");
    ++ended;
  }
  const Plan& plan() const { return plans[begun - 1]; }
  /// Goes on with something that waits; false when nothing does.
  bool step(fuzz::Random& random);

  std::vector<Plan> plans;
  std::size_t begun = 0, ended = 0;
  http::Exchange* waiting = nullptr;  // for its answer
  http::Exchange* held = nullptr;     // whose body is held
  Source* source = nullptr;
};

/// Gives a response piece by piece.
class Source final : public http::StreamSource {
 public:
  Source(Application& application, std::string_view rest) : application_(application), rest_(rest) {
    application_.source = this;
  }
  ~Source() override {
    if (application_.source == this) application_.source = nullptr;
  }
  void on_open(http::ResponseStream& stream) override { stream_ = &stream; }
  void drain() override {}
  void step(std::size_t size) {
    auto piece = rest_.substr(0, size);
    rest_.remove_prefix(piece.size());
    stream_->write(piece);
    if (!rest_.empty()) return;
    application_.source = nullptr;
    stream_->finish();
  }

 private:
  Application& application_;
  std::string_view rest_;
  http::ResponseStream* stream_ = nullptr;
};

class Sink final : public http::BodySink {
 public:
  Sink(Application& application, http::Exchange& exchange) : application_(application), exchange_(exchange) {}
  void on_piece(std::string_view bytes) override {
    const auto& plan = application_.plan();
    // A response that has begun takes its time, and the body goes on beside it.
    fuzz::require(!answered_ || plan.streams, "whoever has answered gets no more of the body");
    taken_ += bytes;
    fuzz::require(plan.body.starts_with(taken_), "a sink gets the body from its beginning");
    if (plan.reading == Reading::held) {
      exchange_.hold_body(true);
      application_.held = &exchange_;
    }
    if (plan.reading != Reading::answered_within || answered_) return;
    answered_ = true;
    application_.answer(exchange_);
  }
  void on_end() override {
    application_.held = nullptr;
    fuzz::require(taken_ == application_.plan().body, "a sink gets the whole body");
    if (!answered_) application_.finish(exchange_);
  }

 private:
  Application& application_;
  http::Exchange& exchange_;
  std::string taken_;
  bool answered_ = false;
};

void Application::on_request(http::Exchange& exchange) {
  fuzz::require(begun < plans.size(), "there are as many requests as were sent");
  ++begun;
  switch (plan().reading) {
    case Reading::whole:
      return exchange.read_all(limit, [this, &exchange] {
        fuzz::require(exchange.request.body == plan().body, "the body is what was sent");
        finish(exchange);
      });
    case Reading::skipped: return exchange.skip(limit, [this, &exchange] { finish(exchange); });
    case Reading::unread: return answer(exchange);
    case Reading::unread_for_now: waiting = &exchange; return;
    default: return exchange.stream(limit, std::make_unique<Sink>(*this, exchange));
  }
}

void Application::answer(http::Exchange& exchange) {
  http::Response response;
  std::string_view text = plan().response;
  if (plan().streams) return exchange.begin(std::move(response), std::make_unique<Source>(*this, text));
  response.body = text;
  exchange.respond(std::move(response));
}

bool Application::step(fuzz::Random& random) {
  if (held) {
    std::exchange(held, nullptr)->hold_body(false);
  } else if (waiting) {
    answer(*std::exchange(waiting, nullptr));
  } else if (source) {
    source->step(1 + random.below(50));
  } else {
    return false;
  }
  return true;
}

std::string bytes_of(const Plan& plan, fuzz::Random& random) {
  std::string head = "POST /x HTTP/1.1\r\nHost: x\r\n";
  if (!plan.chunked) return head + "Content-Length: " + std::to_string(plan.body.size()) + "\r\n\r\n" + plan.body;
  head += "Transfer-Encoding: chunked\r\n\r\n";
  std::string_view rest = plan.body;
  while (!rest.empty()) {
    auto piece = rest.substr(0, 1 + random.below(30));
    rest.remove_prefix(piece.size());
    char size[16];
    std::snprintf(size, sizeof size, random.below(2) ? "%zx" : "%04zX", piece.size());
    head.append(size).append(random.below(4) ? "" : ";x=y").append("\r\n").append(piece).append("\r\n");
  }
  return head + "0\r\n" + (random.below(4) ? "" : "X-Trailer: x\r\n") + "\r\n";
}

/// The content of the next response, which `output` loses.
std::string next_response(std::string_view& output) {
  auto end = output.find("\r\n\r\n");
  fuzz::require(output.starts_with("HTTP/1.1 200 ") && end != std::string_view::npos, "a response comes next");
  auto head = output.substr(0, end);
  output.remove_prefix(end + 4);
  std::string content;
  auto take = [&](std::size_t size) {
    fuzz::require(size <= output.size(), "a content has its length");
    auto piece = output.substr(0, size);
    output.remove_prefix(size);
    return piece;
  };
  if (auto length = head.find("Content-Length: "); length != std::string_view::npos)
    return std::string(take(std::strtoul(head.data() + length + 16, nullptr, 10)));
  for (;;) {
    auto size = std::strtoul(std::string(output.substr(0, output.find("\r\n"))).c_str(), nullptr, 16);
    take(output.find("\r\n") + 2);
    content += take(size);
    fuzz::require(take(2) == "\r\n", "a chunk has its end");
    if (size == 0) return content;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static test::FakeTransport transport;  // one loop for all runs: making one costs more than a run
  transport.output.clear();
  transport.closed = transport.aborted = transport.paused = false;
  fuzz::Input input(data, size);
  fuzz::Random random(input.rest());
  Application application;
  std::string bytes;
  for (auto count = 1 + input.below(4); count > 0; --count) {
    Plan plan;
    plan.reading = static_cast<Reading>(input.below(7));
    auto form = input.below(8);
    plan.chunked = form & 1, plan.later = form & 2, plan.streams = form & 4;
    plan.body = input.line();
    plan.response = std::to_string(count) + plan.body.substr(plan.body.size() / 2);
    bytes += bytes_of(plan, random);
    application.plans.push_back(std::move(plan));
  }
  http1::Engine engine(application, http1::Settings{});
  auto session = std::make_unique<http1::Session>(engine);
  session->on_open(transport);
  auto most = 1 + random.below(60);
  std::string_view rest = bytes;
  for (bool busy = true; busy;) {
    busy = false;
    if (!transport.paused && !rest.empty()) {
      std::string piece(rest.substr(0, 1 + random.below(most)));
      rest.remove_prefix(piece.size());
      session->on_bytes({piece.data(), piece.size()});
      busy = true;
    }
    if (!busy || random.below(3) == 0) busy |= application.step(random);
    if (random.below(4) == 0) transport.loop().run_once();
    fuzz::require(!transport.closed && !transport.aborted, "the connection goes on");
  }
  fuzz::require(rest.empty() && application.begun == application.plans.size(), "every request has been read");
  fuzz::require(application.ended == application.plans.size(), "every response has ended");
  std::string_view output = transport.output;
  for (const auto& plan : application.plans)
    fuzz::require(next_response(output) == plan.response, "each request gets its own response");
  fuzz::require(output.empty(), "and nothing else");
  session.reset();
  transport.loop().run_once();
  return 0;
}
