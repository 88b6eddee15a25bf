#include "http/fields/conditional.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "http/fields/etag.hpp"

using namespace sluice::http;

namespace {

constexpr std::int64_t now = 1'700'000'000;
constexpr Validators current{"\"v2\"", 784111777};
constexpr std::string_view same = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view before = "Sun, 06 Nov 1994 08:49:36 GMT";
constexpr std::string_view after = "Sunday, 06-Nov-94 08:49:38 GMT";

using Lines = std::vector<FieldLine>;

Precondition evaluated(Method method, const Lines& lines, const Validators& validators = current) {
  Request request;
  request.method = method;
  request.fields = lines;
  Now time(now);
  return evaluate_preconditions(request, validators, time);
}

bool ranged(Method method, const Lines& lines) {
  Request request;
  request.method = method;
  request.fields = lines;
  Now time(now);
  return range_applies(request, current, time);
}

constexpr auto proceed = Precondition::proceed;
constexpr auto not_modified = Precondition::not_modified;
constexpr auto failed = Precondition::failed;

}  // namespace

TEST_CASE("entity tags are compared weakly or strongly") {
  CHECK(etags_match("\"a\"", "W/\"a\"", Comparison::weak));
  CHECK_FALSE(etags_match("\"a\"", "W/\"a\"", Comparison::strong));
  CHECK_FALSE(etags_match("W/\"a\"", "W/\"a\"", Comparison::strong));
  CHECK(etags_match("\"a\"", "\"a\"", Comparison::strong));
  CHECK_FALSE(etags_match("\"a\"", "\"A\"", Comparison::weak));
  CHECK(etag_list_matches("\"x\", W/\"v\\\" , \"a,b\"", "\"a,b\"", Comparison::strong));
  CHECK(etag_list_matches("\"x\",,W/\"v\\\"", "\"v\\\"", Comparison::weak));
  CHECK_FALSE(etag_list_matches("a, \"b\"", "\"b\"", Comparison::weak));
  CHECK_FALSE(etag_list_matches("\"a", "\"a", Comparison::weak));
  CHECK_FALSE(etag_list_matches("", "", Comparison::weak));
}

TEST_CASE("If-None-Match answers 304 to GET and HEAD and 412 to the others") {
  for (std::string_view hit : {"\"v2\"", "W/\"v2\"", "\"v1\", \"v2\"", "*"}) {
    CHECK(evaluated(Method::get, {{"If-None-Match", hit}}) == not_modified);
    CHECK(evaluated(Method::head, {{"if-none-match", hit}}) == not_modified);
    CHECK(evaluated(Method::put, {{"If-None-Match", hit}}) == failed);
  }
  CHECK(evaluated(Method::get, {{"If-None-Match", "\"v1\""}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-None-Match", "\"v1\""}, {"If-None-Match", "\"v2\""}}) == not_modified);
}

TEST_CASE("If-Modified-Since counts only without If-None-Match") {
  CHECK(evaluated(Method::get, {{"If-Modified-Since", same}}) == not_modified);
  CHECK(evaluated(Method::get, {{"If-Modified-Since", after}}) == not_modified);
  CHECK(evaluated(Method::get, {{"If-Modified-Since", before}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Modified-Since", "yesterday"}}) == proceed);
  CHECK(evaluated(Method::post, {{"If-Modified-Since", same}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Modified-Since", same}, {"If-None-Match", "\"v1\""}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Modified-Since", same}}, {"\"v2\"", Validators::no_date}) == proceed);
}

TEST_CASE("If-Match compares strongly and comes before If-Unmodified-Since") {
  CHECK(evaluated(Method::get, {{"If-Match", "\"v2\""}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Match", "*"}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Match", "W/\"v2\""}}) == failed);
  CHECK(evaluated(Method::get, {{"If-Match", "\"v1\""}}) == failed);
  CHECK(evaluated(Method::get, {{"If-Match", "\"v2\""}, {"If-Unmodified-Since", before}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Match", "\"v2\""}, {"If-None-Match", "\"v2\""}}) == not_modified);
}

TEST_CASE("If-Unmodified-Since fails when the representation is newer") {
  CHECK(evaluated(Method::get, {{"If-Unmodified-Since", same}}) == proceed);
  CHECK(evaluated(Method::get, {{"If-Unmodified-Since", before}}) == failed);
  CHECK(evaluated(Method::get, {{"If-Unmodified-Since", "x"}}) == proceed);
}

TEST_CASE("a range applies only to the representation that If-Range names") {
  const FieldLine range{"Range", "bytes=0-1"};
  CHECK(ranged(Method::get, {range}));
  CHECK_FALSE(ranged(Method::head, {range}));  // RFC 9110 §14.2: Range is for GET
  CHECK_FALSE(ranged(Method::post, {range}));
  CHECK_FALSE(ranged(Method::get, {}));
  CHECK(ranged(Method::get, {range, {"If-Range", "\"v2\""}}));
  CHECK(ranged(Method::get, {range, {"If-Range", same}}));
  for (std::string_view other : {"\"v1\"", "W/\"v2\"", "x", ""})
    CHECK_FALSE(ranged(Method::get, {range, {"If-Range", other}}));
  for (auto other : {before, after}) CHECK_FALSE(ranged(Method::get, {range, {"If-Range", other}}));
}
