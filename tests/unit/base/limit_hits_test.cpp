#include "base/limit_hits.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string_view>

using namespace sluice;

TEST_CASE("every limit has a name of its own, and counts for itself") {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < limit_count; ++i) names.insert(name_of(static_cast<Limit>(i)));
  CHECK(names.size() == limit_count - 1);
  CHECK_FALSE(names.contains(""));
  auto before = hits_of(Limit::uri_bytes), other = hits_of(Limit::memory);
  note_hit(Limit::uri_bytes);
  note_hit(Limit::none);
  CHECK(hits_of(Limit::uri_bytes) == before + 1);
  CHECK(hits_of(Limit::memory) == other);
  CHECK(hits_of(Limit::none) == 0);
}
