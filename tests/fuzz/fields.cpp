/// Values of header fields: cookies, ranges, conditions, dates, Accept and Accept-Encoding.

#include "base/arena.hpp"
#include "http/content/accept.hpp"
#include "http/fields/conditional.hpp"
#include "http/fields/cookie.hpp"
#include "http/fields/date.hpp"
#include "http/fields/etag.hpp"
#include "http/fields/range.hpp"
#include "input.hpp"

using namespace sluice;

namespace {

constexpr std::int64_t now = 1'700'000'000;

void check_ranges(std::string_view text) {
  for (std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1000}, ~std::uint64_t{0}}) {
    auto ranges = http::Ranges::parse(text, size);
    fuzz::require((ranges.kind() == http::Ranges::Kind::partial) == !ranges.list().empty(), "partial means ranges");
    for (std::size_t i = 0; i < ranges.list().size(); ++i) {
      const auto& range = ranges.list()[i];
      fuzz::require(range.length > 0 && range.offset < size && range.length <= size - range.offset,
                    "a range lies in the representation");
      for (std::size_t j = 0; j < i; ++j) {
        const auto& other = ranges.list()[j];
        fuzz::require(range.end() < other.offset || other.end() < range.offset, "ranges neither overlap nor touch");
      }
    }
  }
}

void check_date(std::string_view text) {
  auto seconds = http::parse_date(text, now);
  if (!seconds) return;
  fuzz::require(http::parse_date(http::format_date(*seconds), now) == seconds, "a date that was read can be written");
}

void check_accept(std::string_view text) {
  static constexpr std::string_view types[] = {"text/html", "application/json", "text/plain"};
  auto best = http::best_media_type(text, types);
  fuzz::require(best >= -1 && best < 3, "the best is one of them");
  for (auto type : types) {
    auto weight = http::media_preference(text, type).weight;
    fuzz::require(weight >= 0 && weight <= 1000, "weights are thousandths");
    if (best >= 0) fuzz::require(http::media_preference(text, types[best]).weight >= weight, "none is liked better");
  }
  for (auto coding : {"gzip", "br", "identity"}) {
    auto weight = http::encoding_weight(text, coding);
    fuzz::require(weight >= 0 && weight <= 1000, "weights of codings are thousandths");
  }
}

void check_conditions(std::string_view text) {
  static constexpr std::string_view names[] = {"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
                                               "If-Range"};
  for (auto name : names) {
    http::FieldLine fields[] = {{name, text}, {"Range", "bytes=0-1"}};
    http::Request request;
    request.fields = fields;
    for (std::string_view etag : {"\"x\"", "W/\"x\"", ""}) {
      http::Validators validators{etag, now - 100};
      http::Now time(now);
      auto first = http::evaluate_preconditions(request, validators, time);
      fuzz::require(first == http::evaluate_preconditions(request, validators, time),
                    "conditions depend on nothing else");
      http::range_applies(request, validators, time);
    }
  }
  fuzz::require(!http::etag_list_matches(text, "\"x\"", http::Comparison::strong) ||
                    http::etag_list_matches(text, "\"x\"", http::Comparison::weak),
                "what matches strongly matches weakly");
}

void check_cookies(std::string_view text) {
  http::FieldLine fields[] = {{"Cookie", text}};
  http::Request request;
  request.fields = fields;
  if (auto value = http::cookie(request, "a"))
    fuzz::require(
        value->empty() || (value->data() >= text.data() && value->data() + value->size() <= text.data() + text.size()),
        "a cookie lies in its field");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(fuzz::Input(data, size).rest());
  check_ranges(text);
  check_date(text);
  check_accept(text);
  check_conditions(text);
  check_cookies(text);
  return 0;
}
