#include "http/fields/server_timing.hpp"

#include <cstdlib>
#include <string>

#include "base/clock.hpp"
#include "site/site_fixture.hpp"

using namespace sluice;

TEST_CASE("Server-Timing has the milliseconds since the request began") {
  test::TestExchange exchange;
  exchange.started = monotonic_nanoseconds() - 1'500'000;
  http::Response response;
  http::add_server_timing(exchange, response);
  REQUIRE(response.fields.size() == 1);
  CHECK(response.fields[0].name == "Server-Timing");
  std::string value(response.fields[0].value);
  REQUIRE(value.starts_with("total;dur="));
  CHECK(std::strtod(value.c_str() + 10, nullptr) >= 1.5);
  CHECK(value.size() - value.find('.') == 4);  // microseconds
}

TEST_CASE("an exchange is timed only when its site asks for it") {
  for (bool asked : {false, true}) {
    config::Diagnostics diagnostics;
    auto text = std::string("[server]\nserver_timing = ") + (asked ? "true" : "false") +
                "\n[[route]]\npath = \"/\"\ntext = \"x\"\n";
    site::Dispatcher dispatcher(site::load_text("test.toml", text, diagnostics), nullptr);
    test::TestExchange exchange;
    exchange.request.path = "/";
    dispatcher.on_request(exchange);
    CHECK(exchange.timed == asked);
    CHECK((exchange.started != 0) == asked);
  }
}
