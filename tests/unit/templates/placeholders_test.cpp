#include <doctest/doctest.h>

#include "config/manual/topics.hpp"
#include "templates/template.hpp"

namespace {

using namespace sluice;
using namespace sluice::templates;

TEST_CASE("the manual has every placeholder of a request") {
  auto text = config::plain_text(config::topics().at("placeholders"));
  auto scope = Scope::request();
  for (auto name : scope.names()) {
    auto written = "{" + std::string(name) + (name.ends_with('.') ? "NAME}" : "}");
    CHECK_MESSAGE(text.find(written) != std::string::npos, written);
  }
}

}  // namespace
