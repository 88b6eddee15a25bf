#include "site/settings/error_body.hpp"

#include <doctest/doctest.h>

#include "config/toml/document.hpp"
#include "site/site_fixture.hpp"

namespace {

using namespace sluice;

/// The response to a failed request where `errors` has this value.
std::string error(const std::string& value, std::string_view detail, std::string& findings) {
  config::Diagnostics diagnostics;
  config::Reading reading{.diagnostics = diagnostics};
  auto document = config::load_text("t.toml", "[[route]]\nerrors = " + value + "\n", diagnostics);
  auto form = site::error_body().read(*document.find("route")->front().table.find("errors"), reading);
  for (const auto& one : diagnostics.all()) findings += one.code + " ";
  if (!form) return "";

  test::TestExchange exchange;
  exchange.request.path = "/a%20b";
  auto response = site::make_error_response(exchange, 404, detail, *form);
  CHECK(response.status == 404);
  CHECK(response.fields.at(0).name == "Content-Type");
  return std::string(response.fields[0].value) + " " + std::string(std::get<std::string_view>(response.body));
}

TEST_CASE("an error has the form that the config names") {
  std::string findings;
  CHECK(error("\"detail\"", "", findings) == R"(application/json {"detail":"Not Found"})");
  CHECK(error("\"text\"", "", findings).starts_with("text/plain; charset=utf-8 404: Not Found"));
  CHECK(error("\"html\"", "", findings).starts_with("text/html; charset=utf-8 <!doctype html>"));
  CHECK(error("\"auto\"", "", findings).starts_with("application/problem+json "));
  CHECK(findings.empty());
  CHECK(error("\"xml\"", "", findings).empty());
  CHECK_FALSE(findings.empty());
}

TEST_CASE("an error may have JSON of the user's own") {
  std::string findings;
  CHECK(error(R"({ code = "{status}", why = "{reason}: {detail}", where = "{method} {path}" })", "no \"x\"",
              findings) == R"(application/json {"code":404,"why":"Not Found: no \"x\"","where":"GET /a b"})");
  CHECK(findings.empty());
  error(R"({ code = "{staus}" })", "", findings);
  CHECK(findings == "unknown-placeholder ");
}

}  // namespace
