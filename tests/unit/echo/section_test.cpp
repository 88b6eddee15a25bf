#include "echo/section.hpp"

#include <doctest/doctest.h>

using namespace sluice;
using echo::parse_listen_address;

namespace {

struct Read {
  config::Diagnostics diagnostics;
  std::vector<echo::Echo> echoes;
  explicit Read(const std::string& text) {
    auto document = config::load_text("test.toml", text, diagnostics);
    config::Reading reading{diagnostics};
    echoes = echo::read_echoes(document, reading);
  }
  std::string codes() const {
    std::string all;
    for (const auto& finding : diagnostics.all()) all += finding.code + " ";
    return all;
  }
};

}  // namespace

TEST_CASE("an echo address names transport, host and port") {
  CHECK(!parse_listen_address("tcp://127.0.0.1:7007")->datagrams);
  CHECK(parse_listen_address("udp://[::1]:7")->datagrams);
  CHECK(parse_listen_address("udp://:7")->endpoint.address.port() == 7);
  for (auto bad :
       {"127.0.0.1:7", "http://127.0.0.1:7", "tcp://127.0.0.1", "udp://unix:/x", "tcp://127.0.0.1:70000", "tcp://"})
    CHECK(!parse_listen_address(bad));
}

TEST_CASE("[[echo]] sections are read with their defaults") {
  Read read(
      "[[echo]]\nlisten = \"tcp://127.0.0.1:7007\"\n[[echo]]\nlisten = \"udp://127.0.0.1:7007\"\nidle = "
      "\"1m\"\n");
  CHECK(read.codes() == "");
  REQUIRE(read.echoes.size() == 2);
  CHECK(read.echoes[0].idle == std::chrono::minutes(10));
  CHECK(read.echoes[1].listen->datagrams);
  CHECK(read.echoes[1].idle == std::chrono::minutes(1));
}

TEST_CASE("a bad address and a missing one are reported") {
  CHECK(Read("[[echo]]\nlisten = \"7007\"\n").codes() == "bad-address ");
  CHECK(Read("[[echo]]\n").codes() == "missing-key ");
}
