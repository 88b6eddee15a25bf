#include <doctest/doctest.h>

#include "config/findings/diagnostics.hpp"

namespace {

using sluice::config::nearest;

const std::vector<std::string_view> keys = {"listen", "workers", "timeouts", "shutdown_timeout",
                                            "limits", "to",      "path"};

TEST_CASE("a dropped, added, changed or swapped letter finds its word") {
  CHECK(nearest("lsten", keys) == "listen");
  CHECK(nearest("lissten", keys) == "listen");
  CHECK(nearest("workerz", keys) == "workers");
  CHECK(nearest("tiemouts", keys) == "timeouts");
  CHECK(nearest("paht", keys) == "path");
  CHECK(nearest("t", keys) == "to");
}

TEST_CASE("case and hyphens do not count") { CHECK(nearest("Shutdown-Timeout", keys) == "shutdown_timeout"); }

TEST_CASE("two slips are forgiven in a long word, not in a short one") {
  CHECK(nearest("shutdwn_timout", keys) == "shutdown_timeout");
  CHECK(nearest("patth1", keys) == "path");
  CHECK(nearest("pxxh", keys).empty());
}

TEST_CASE("what is like nothing suggests nothing") {
  CHECK(nearest("banana", keys).empty());
  CHECK(nearest("", keys).empty());
  CHECK(nearest(std::string(1000, 'a'), keys).empty());
}

TEST_CASE("of equally near words the one with the same first letter wins") {
  CHECK(nearest("cat", {"bat", "cap"}) == "cap");
}

TEST_CASE("a word is completed when enough of it is there") {
  using sluice::config::completed;
  CHECK(completed("warn", {"info", "warning"}) == "warning");
  CHECK(completed("logging_level", {"logging"}) == "logging");
  CHECK(completed("wa", {"warning"}).empty());
  CHECK(completed("banana", {"warning"}).empty());
}

}  // namespace
