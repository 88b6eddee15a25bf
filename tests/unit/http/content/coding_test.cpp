#include "http/content/coding.hpp"

#include <doctest/doctest.h>

using namespace sluice::http;

TEST_CASE("the coding with the highest weight is chosen, of equal ones the smallest") {
  auto chosen = [](std::string_view accepted, CodingSet available = CodingSet::all()) {
    return token(choose_coding(accepted, available));
  };
  CodingSet gzip_only;
  gzip_only.add(Coding::gzip);
  CHECK(chosen("gzip, deflate, br, zstd") == "br");
  CHECK(chosen("gzip, zstd") == "zstd");
  CHECK(chosen("gzip, br;q=0.5") == "gzip");
  CHECK(chosen("*") == "br");
  CHECK(chosen("br;q=0, *;q=0.1") == "zstd");
  CHECK(chosen("gzip, br", gzip_only) == "gzip");
  CHECK(chosen("br", gzip_only) == "identity");
  CHECK(chosen("") == "identity");
  CHECK(chosen("identity") == "identity");
  CHECK(chosen("gzip;q=0.5, identity") == "identity");
  CHECK(chosen("gzip;q=0.5, identity;q=0.2") == "gzip");
  CHECK(chosen("gzip;q=0") == "identity");
  CHECK(chosen("gzip; q = 0") == "identity");
  CHECK(chosen("identity;q=0, gzip") == "gzip");
  CHECK(chosen("identity;q=0, br", gzip_only) == "identity");  // better than nothing
  CHECK(chosen("deflate, compress") == "identity");
  CHECK(chosen("gzip, br", CodingSet{}) == "identity");
}

TEST_CASE("the name of a file tells the coding, and what it holds") {
  CHECK(name_in(Coding::brotli, "app.js") == "app.js.br");
  CHECK(name_in(Coding::brotli, "app.js.br") == "app.js.br");
  CHECK(name_in(Coding::identity, "app.js") == "app.js");
  CHECK(name_without(Coding::gzip, "a.js.gz") == "a.js");
  CHECK(name_without(Coding::gzip, "a.js.br") == "a.js.br");
  CHECK(coding_of_name("a.zst") == Coding::zstd);
  CHECK(coding_of_name("a.gz.js") == Coding::identity);
}
