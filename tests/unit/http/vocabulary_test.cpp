#include <doctest/doctest.h>

#include "http/method.hpp"
#include "http/response.hpp"

using namespace sluice::http;

TEST_CASE("methods are read with their case and written in Allow in a fixed order") {
  CHECK(parse_method("GET") == Method::get);
  CHECK(parse_method("DELETE") == Method::delete_);
  CHECK_FALSE(parse_method("get"));
  CHECK_FALSE(parse_method("PROPFIND"));
  for (std::size_t i = 0; i < method_count; ++i) {
    CHECK(parse_method(name(static_cast<Method>(i))) == static_cast<Method>(i));
  }
  CHECK(MethodSet{Method::options, Method::get, Method::head}.allow() == "GET, HEAD, OPTIONS");
  CHECK(MethodSet{}.allow().empty());
}

TEST_CASE("a field is found whatever its case; an absent one differs from an empty one") {
  FieldLine lines[] = {{"Accept", "a"}, {"X-Empty", {}}, {"accept", "b"}};
  Request request;
  request.fields = lines;
  CHECK(request.field("ACCEPT") == "a");
  CHECK(request.field("x-empty").data() != nullptr);
  CHECK(request.field("x-empty").empty());
  CHECK(request.field("host").data() == nullptr);
}

TEST_CASE("fixed fields are ready octets for HTTP/1") {
  FixedFields fields({{"Content-Type", "text/plain"}, {"X-A", "1"}});
  CHECK(fields.http1() == "Content-Type: text/plain\r\nX-A: 1\r\n");
  CHECK(FixedFields{}.http1().empty());
}

TEST_CASE("a body part knows its size") {
  CHECK(size(BodyPart{}) == 0);
  CHECK(size(BodyPart{std::string_view("abc")}) == 3);
  CHECK(size(BodyPart{SharedBytes{nullptr, "ab"}}) == 2);
  CHECK(size(BodyPart{FileRange{nullptr, 10, 77}}) == 77);
}

TEST_CASE("statuses have the phrases of the registry") {
  CHECK(reason_phrase(200) == "OK");
  CHECK(reason_phrase(100) == "Continue");
  CHECK(reason_phrase(404) == "Not Found");
  CHECK(reason_phrase(422) == "Unprocessable Content");
  CHECK(reason_phrase(511) == "Network Authentication Required");
  for (int unknown : {0, 99, 299, 306, 599, 999}) CHECK(reason_phrase(static_cast<Status>(unknown)).empty());
  CHECK_FALSE(may_have_content(304));
  CHECK(may_have_content(404));
}
