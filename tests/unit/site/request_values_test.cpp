#include "site/request_values.hpp"

#include <doctest/doctest.h>

#include "config/manual/topics.hpp"
#include "site/line_values.hpp"

namespace {

using namespace sluice;

void check_in_manual(const templates::Scope& scope) {
  auto text = config::plain_text(config::topics().at("placeholders"));
  for (auto name : scope.names()) {
    auto written = "{" + std::string(name) + (name.ends_with('.') ? "NAME}" : "}");
    CHECK_MESSAGE(text.find(written) != std::string::npos, written);
  }
}

TEST_CASE("the manual has every placeholder of a request, of the banner and of the access log") {
  check_in_manual(site::request_scope());
  check_in_manual(site::banner_scope());
  check_in_manual(site::access_scope());
}

TEST_CASE("placeholders of a request tell what they need and what they may hold") {
  using site::RequestTrait;
  auto scope = site::request_scope();
  CHECK(scope.find("body")->has(RequestTrait::body));
  CHECK(scope.find("path")->has(RequestTrait::whole_path));
  CHECK(scope.find("host")->has(RequestTrait::host));
  CHECK(scope.find("now")->has(templates::momentary));
  CHECK(scope.find("method")->slot.traits == 0);

  scope.add("path", site::path_parameter, 3);
  CHECK(scope.find("path")->has(RequestTrait::path_parameter));
  CHECK_FALSE(scope.find("path")->has(RequestTrait::whole_path));
}

}  // namespace
