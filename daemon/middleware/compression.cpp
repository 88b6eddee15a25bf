#include "site/settings/compression.hpp"

#include "base/text.hpp"
#include "http/content/compressible.hpp"
#include "middleware/encoded.hpp"
#include "net/loop/turn_budget.hpp"
#include "site/hook.hpp"

/// `compress`: compresses responses that are made for a request.
namespace sluice::middleware {
namespace {

/// Larger bodies are compressed in several turns of the loop.
constexpr std::size_t most_at_once = 64 * 1024;
/// For bodies up to this size a small encoder compresses as well as a large one.
constexpr std::size_t small_body = 8 * 1024;

struct Known {
  std::string_view content_type;
  std::string_view etag;
  bool kept_as_it_is = false;
};

void look_at(std::string_view name, std::string_view value, Known& known) {
  if (equals_ignoring_case(name, "Content-Type")) {
    known.content_type = value;
  } else if (equals_ignoring_case(name, "ETag")) {
    known.etag = value;
  } else if (equals_ignoring_case(name, "Content-Encoding")) {
    known.kept_as_it_is = true;
  } else if (equals_ignoring_case(name, "Cache-Control")) {
    known.kept_as_it_is |= list_has_token(value, "no-transform");  // RFC 9111 §5.2.2.6
  }
}

Known look_at(const http::Response& response) {
  Known known;
  if (response.fixed)
    for (const auto& [name, value] : response.fixed->list()) look_at(name, value, known);
  for (const auto& field : response.fields) look_at(field.name, field.value, known);
  return known;
}

/// The response depends on Accept-Encoding, even if it is not compressed for this client.
void add_to_vary(http::Exchange& exchange, http::Response& response) {
  constexpr std::string_view what = "Accept-Encoding";
  for (auto& field : response.fields) {
    if (!equals_ignoring_case(field.name, "Vary")) continue;
    if (field.value != "*" && !list_has_token(field.value, what))
      field.value = exchange.arena.copy(std::string(field.value).append(", ").append(what));
    return;
  }
  response.fields.push_back({"Vary", what});
}

/// A strong entity tag holds for one coding only, so a compressed response gets a weak one (RFC 9110 §8.8.3).
void weaken_tag(http::Exchange& exchange, http::Response& response, std::string_view etag) {
  if (etag.empty() || etag.starts_with("W/")) return;
  if (response.fixed) {
    for (const auto& [name, value] : response.fixed->list()) response.fields.push_back({name, value});
    response.fixed = nullptr;
  }
  for (auto& field : response.fields)
    if (equals_ignoring_case(field.name, "ETag")) field.value = exchange.arena.copy("W/" + std::string(etag));
}

/// The client has the compressed content: what confirms it looks like the response that brought it (RFC 9110 §15.4.5).
void revalidate(http::Exchange& exchange, http::Response& response) {
  auto etag = look_at(response).etag;
  if (etag.empty() || etag.starts_with("W/")) return;
  auto weak = std::string("W/").append(etag);
  for (const auto& field : exchange.request.fields) {
    if (!equals_ignoring_case(field.name, "If-None-Match") || !list_has_token(field.value, weak)) continue;
    add_to_vary(exchange, response);
    return weaken_tag(exchange, response, etag);
  }
}

class CompressionHook final : public site::Hook {
 public:
  explicit CompressionHook(const site::Compression& settings) : settings_(settings) {}

  void after(http::Exchange& exchange, http::Response& response) const override {
    if (response.coding_chosen) return;
    if (response.status == 304) return revalidate(exchange, response);
    bool content = http::may_have_content(response.status) && response.status >= 200 && response.status != 206;
    bool whole = response.more.empty() && response.declared_length < 0;
    bool large = response.source ? settings_.demanded : bytes_of(response.body).size() >= settings_.min_size;
    if (!content || !whole || !large) return;
    auto known = look_at(response);
    if (known.kept_as_it_is || !http::is_compressible(known.content_type)) return;
    add_to_vary(exchange, response);
    auto coding = http::choose_coding(exchange.request.field("Accept-Encoding"), http::Encoder::codings());
    if (coding == http::Coding::identity || !encode(exchange, response, coding)) return;
    response.fields.push_back({"Content-Encoding", http::token(coding)});
    weaken_tag(exchange, response, known.etag);
  }

 private:
  static bool encode(http::Exchange& exchange, http::Response& response, http::Coding coding) {
    return response.source ? encode_stream(exchange, coding) : encode_body(exchange, response, coding);
  }

  static bool encode_stream(http::Exchange& exchange, http::Coding coding) {
    auto encoder = http::Encoder::make(coding, true);
    if (!encoder) return false;
    exchange.filter_stream(std::make_unique<EncodedStream>(exchange.loop(), std::move(encoder)));
    return true;
  }

  /// A large body, or one of many in the same turn, is compressed in later turns.
  static bool encode_body(http::Exchange& exchange, http::Response& response, http::Coding coding) {
    auto& loop = exchange.loop();
    auto bytes = bytes_of(response.body);
    bool later = bytes.size() > most_at_once || loop.budget().spent();
    if (later) {
      response.source = std::make_unique<EncodedBody>(loop, coding, std::move(response.body));
      response.body = {};
      return true;
    }
    auto encoder = http::Encoder::make(coding, bytes.size() <= small_body);
    if (!encoder) return false;
    net::WorkShare share(loop.budget());
    auto out = std::make_shared<std::string>();
    if (!encoder->append(*out, bytes, http::Encoder::Then::end) || out->size() >= bytes.size()) return false;
    std::string_view encoded = *out;
    response.body = http::SharedBytes{std::move(out), encoded};
    return true;
  }

  site::Compression settings_;
};

std::shared_ptr<site::Hook> make(const site::CompressionOptions& own, const site::CompressionOptions& server) {
  site::Compression settings(own, server);
  return settings.wanted ? std::make_shared<CompressionHook>(settings) : nullptr;
}

const site::Middleware middleware(site::HookOrder::compression, {"server", "route", "static"}, site::compression_fields,
                                  make);

}  // namespace
}  // namespace sluice::middleware
