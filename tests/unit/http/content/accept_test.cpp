#include "http/content/accept.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace sluice::http;

TEST_CASE("the most specific media range decides") {
  std::string_view accept = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, */*;q=0.5, image/png;q=0";
  CHECK(media_preference(accept, "text/html") == Preference{700, 3});
  CHECK(media_preference(accept, "text/plain") == Preference{300, 2});
  CHECK(media_preference(accept, "image/jpeg") == Preference{500, 1});
  CHECK(media_preference(accept, "image/png") == Preference{0, 3});
  CHECK(media_preference("text/html", "image/png") == Preference{0, 0});
  CHECK(media_preference("", "image/png").weight == 1000);
  CHECK(media_preference("TEXT/HTML; Q=0.25", "text/html").weight == 250);
}

TEST_CASE("the best type wins; ties go to the one that is named, then to the first") {
  constexpr std::array<std::string_view, 3> types = {"a/x", "a/y", "b/z"};
  CHECK(best_media_type("*/*", types) == 0);
  CHECK(best_media_type("a/y, */*", types) == 1);
  CHECK(best_media_type("a/*;q=0.5, b/z", types) == 2);
  CHECK(best_media_type("a/x;q=0, */*;q=0.1", types) == 1);
  CHECK(best_media_type("c/d", types) == -1);
}

TEST_CASE("weights that cannot be read count as nothing") {
  for (auto bad : {"a/x;q=", "a/x;q=2", "a/x;q=1.001", "a/x;q=0.1234", "a/x;q=.5", "a/x;q=-1", "a/x;q=0,5x",
                   "a/x;q = 0", "a/x; q =0.0", "a/x;q = x", "a/x;q"}) {
    CAPTURE(bad);
    CHECK(media_preference(bad, "a/x").weight == 0);
  }
  CHECK(media_preference("a/x;q=1.000", "a/x").weight == 1000);
  CHECK(media_preference("a/x;q=0.", "a/x").weight == 0);
  CHECK(media_preference("a/x ; q=0.05", "a/x").weight == 50);
  CHECK(media_preference("a/x; q = 0.05", "a/x").weight == 50);
  CHECK(media_preference("a/x; quality=0", "a/x").weight == 1000);
}

TEST_CASE("content codings must be allowed, identity must be excluded") {
  CHECK(encoding_weight("gzip, br;q=0.5", "gzip") == 1000);
  CHECK(encoding_weight("gzip, br;q=0.5", "br") == 500);
  CHECK(encoding_weight("gzip", "zstd") == 0);
  CHECK(encoding_weight("*;q=0.1", "zstd") == 100);
  CHECK(encoding_weight("gzip;q=0, *", "gzip") == 0);
  CHECK(encoding_weight("x-gzip", "gzip") == 1000);
  CHECK(encoding_weight("", "gzip") == 0);
  CHECK(encoding_weight("", "identity") == 1000);
  CHECK(encoding_weight("gzip", "identity") == 1000);
  CHECK(encoding_weight("identity;q=0", "identity") == 0);
  CHECK(encoding_weight("*;q=0", "identity") == 0);
}
