#include "http/error_page.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace sluice::http;

namespace {
constexpr std::string_view chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
ErrorPage page(ErrorForm form, std::string_view accept = {}, std::string_view detail = {}) {
  return make_error_page(form, 404, "", detail, accept);
}
}  // namespace

TEST_CASE("the automatic form is HTML for browsers and problem+json for the rest") {
  CHECK(page(ErrorForm::automatic, chromium).content_type == "text/html; charset=utf-8");
  for (auto accept :
       {"", "*/*", "application/*", "application/problem+json", "image/png", "text/html;q=0.5,*/*;q=0.6"}) {
    CAPTURE(accept);
    CHECK(page(ErrorForm::automatic, accept).content_type == "application/problem+json");
  }
  CHECK(page(ErrorForm::automatic).varies_by_accept);
  CHECK_FALSE(page(ErrorForm::problem).varies_by_accept);
}

TEST_CASE("a client that asks for application/json gets it, with a message") {
  for (auto accept :
       {"application/json", "application/json, text/plain, */*", "application/problem+json;q=0.5, application/json"}) {
    auto answer = page(ErrorForm::automatic, accept);
    CHECK(answer.content_type == "application/json");
    auto json = nlohmann::json::parse(answer.body);
    CHECK(json["status"] == 404);
    CHECK(json["title"] == "Not Found");
    CHECK(json["message"] == "Not Found");
  }
}

TEST_CASE("a problem has the members of RFC 9457") {
  auto json = nlohmann::json::parse(page(ErrorForm::problem, "", "nothing \"here\"\n\xFF").body);
  CHECK(json["type"] == "about:blank");
  CHECK(json["title"] == "Not Found");
  CHECK(json["status"] == 404);
  CHECK(json["detail"] == "nothing \"here\"\n\xEF\xBF\xBD");
  CHECK_FALSE(json.contains("message"));
}

TEST_CASE("the other fixed forms are what their clients know") {
  CHECK(page(ErrorForm::detail, chromium).body == R"({"detail":"Not Found"})");
  CHECK(page(ErrorForm::detail, "", "no such item").body == R"({"detail":"no such item"})");
  CHECK(page(ErrorForm::text).body == "404: Not Found");
  CHECK(page(ErrorForm::text).content_type == "text/plain; charset=utf-8");
  CHECK(make_error_page(ErrorForm::text, 499, "", "", "").body == "499: Error");
}

TEST_CASE("nothing of a request breaks out of the HTML page") {
  auto body = make_error_page(ErrorForm::html, 404, "<b>", "</p><script>alert('1')</script>", "").body;
  CHECK(body.find("<script") == std::string::npos);
  CHECK(body.find("<b>") == std::string::npos);
  CHECK(body.find("&lt;script&gt;alert(&#39;1&#39;)") != std::string::npos);
}

TEST_CASE("a page takes the memory that it is given, and nothing of what was in it") {
  auto earlier = page(ErrorForm::html, "", "something else").body;
  earlier.reserve(4096);
  const auto* memory = earlier.data();
  for (auto form : {ErrorForm::problem, ErrorForm::detail, ErrorForm::text, ErrorForm::html, ErrorForm::automatic}) {
    auto again = make_error_page(form, 404, "", "", "", std::move(earlier));
    CHECK(again.body == make_error_page(form, 404, "", "", "").body);
    CHECK(again.body.data() == memory);
    earlier = std::move(again.body);
  }
}
