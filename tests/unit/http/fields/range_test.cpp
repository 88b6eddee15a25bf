#include "http/fields/range.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace sluice::http;

namespace {
using List = std::vector<ByteRange>;
List partial(std::string_view field, std::uint64_t size = 100) {
  auto ranges = Ranges::parse(field, size);
  CHECK(ranges.kind() == Ranges::Kind::partial);
  return {ranges.list().begin(), ranges.list().end()};
}
Ranges::Kind kind(std::string_view field, std::uint64_t size = 100) { return Ranges::parse(field, size).kind(); }
}  // namespace

TEST_CASE("a range has a first and a last octet, or only one of them") {
  CHECK(partial("bytes=0-0") == List{{0, 1}});
  CHECK(partial("bytes=10-19") == List{{10, 10}});
  CHECK(partial("bytes=90-") == List{{90, 10}});
  CHECK(partial("bytes=-5") == List{{95, 5}});
  CHECK(partial("bytes=-500") == List{{0, 100}});
  CHECK(partial("bytes=99-1000") == List{{99, 1}});
  CHECK(partial("bytes=0-99999999999999999999999") == List{{0, 100}});
  CHECK(partial("Bytes=0-1") == List{{0, 2}});
}

TEST_CASE("several ranges keep the order of the request") {
  CHECK(partial("bytes=50-59, 0-9 ,-1") == List{{50, 10}, {0, 10}, {99, 1}});
  CHECK(partial("bytes=0-1,200-300") == List{{0, 2}});
}

TEST_CASE("ranges that overlap or touch become one") {
  CHECK(partial("bytes=0-9,5-19") == List{{0, 20}});
  CHECK(partial("bytes=0-9,10-19") == List{{0, 20}});
  CHECK(partial("bytes=0-9,20-29,5-24") == List{{0, 30}});
  CHECK(partial("bytes=0-,-1,0-") == List{{0, 100}});
}

TEST_CASE("ranges past the end are unsatisfiable") {
  for (auto field : {"bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"}) {
    CHECK(kind(field) == Ranges::Kind::unsatisfiable);
  }
  CHECK(kind("bytes=0-", 0) == Ranges::Kind::unsatisfiable);
}

TEST_CASE("what is not a byte range is ignored") {
  for (auto field : {"", "bytes", "bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=1", "bytes=5-4", "bytes=0-1,x",
                     "lines=0-1", "bytes=0 - 1", "bytes=--1", "bytes=+1-2", "bytes 0-1", "bytes=0-1;2-3"}) {
    CAPTURE(field);
    CHECK(kind(field) == Ranges::Kind::whole);
  }
}

TEST_CASE("too many ranges are ignored") {
  std::string field = "bytes=";
  for (std::size_t i = 0; i < Ranges::most; ++i) field += std::to_string(i * 2) + "-" + std::to_string(i * 2) + ",";
  CHECK(partial(field, 1000).size() == Ranges::most);
  CHECK(kind(field + "500-501", 1000) == Ranges::Kind::whole);
  std::string many = "bytes=";
  for (int i = 0; i < 1000; ++i) many += "0-,";
  CHECK(kind(many) == Ranges::Kind::whole);
}
