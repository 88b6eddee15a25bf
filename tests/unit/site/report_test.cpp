#include "site/report.hpp"

#include <doctest/doctest.h>

using namespace sluice;

namespace {

struct Loaded {
  config::Diagnostics diagnostics;
  std::shared_ptr<const site::Site> site;

  explicit Loaded(const std::string& text) : site(site::load_text("a.toml", text, diagnostics)) { REQUIRE(site); }
  std::string explain(std::string_view target, http::Method method = http::Method::get, std::string_view host = "") {
    return site::explain_request(*site, diagnostics.sources, method, host, target);
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

const char* const sample = R"(
[[route]]
path = "/items/{id}"
params.id = "int"
text = "{id}"

[[route]]
path = "/items/new"
text = "new"

[[route]]
path = "/items/new"
method = "POST"
text = "made"

[[route]]
path = "/other"
host = "www.example.org"
text = "other"
)";

}  // namespace

TEST_CASE("the table of routes names methods, paths, hosts, actions and places") {
  Loaded loaded(sample);
  auto table = site::routes_table(*loaded.site, loaded.diagnostics.sources);
  CHECK(has(table, "GET, HEAD  /items/{id}"));
  CHECK(has(table, "a.toml:2"));
  CHECK(has(table, "www.example.org"));
  CHECK(has(table, "POST       /items/new"));
}

TEST_CASE("a request is explained by what serves it and why the others do not") {
  Loaded loaded(sample);
  auto text = loaded.explain("/items/new");
  CHECK(has(text, "is served by [[route]] /items/new  (a.toml:7)"));
  CHECK(has(text, "a literal segment comes before {parameter}"));
  CHECK(has(text, "the method does not: it serves POST"));
  CHECK(has(text, "the path does not match"));
}

TEST_CASE("parameters are shown, and those of the wrong type marked") {
  Loaded loaded(sample);
  CHECK(has(loaded.explain("/items/7"), "id = \"7\"\n"));
  CHECK(has(loaded.explain("/items/x"), "id = \"x\"  (422"));
}

TEST_CASE("what nothing serves is explained too") {
  Loaded loaded(sample);
  CHECK(has(loaded.explain("/nowhere"), "is answered with 404"));
  CHECK(has(loaded.explain("/other"), "is for the host www.example.org"));
  CHECK(has(loaded.explain("/items/7", http::Method::delete_), "405 Method Not Allowed; Allow: GET, HEAD, OPTIONS"));
  CHECK(has(loaded.explain("/other/", http::Method::get, "www.example.org"), "307 to /other"));
  CHECK(has(loaded.explain("/items/7", http::Method::options), "204 No Content; Allow: GET, HEAD, OPTIONS"));
}

TEST_CASE("a port in the host says nothing, as in a request") {
  Loaded loaded(sample);
  CHECK(has(loaded.explain("/other", http::Method::get, "www.example.org:8080"), "is served by [[route]] /other"));
  CHECK(has(loaded.explain("/other", http::Method::get, "[::1]:8080"), "is for the host www.example.org"));
}
