#include "http/target/query.hpp"

#include <doctest/doctest.h>

#include "http/fields/cookie.hpp"

using namespace sluice;
using namespace sluice::http;

TEST_CASE("pairs are read in order, empty pieces skipped") {
  std::string_view rest = "a=1&&b&c==x&=d";
  QueryPair pair;
  std::string all;
  while (next_query_pair(rest, pair)) all += std::string(pair.name) + ">" + std::string(pair.value) + " ";
  CHECK(all == "a>1 b> c>=x >d ");
}

TEST_CASE("values are decoded as browsers encode them") {
  Arena arena;
  CHECK(first_query_value("q=a+b%2Bc", "q", arena) == "a b+c");
  CHECK(first_query_value("q=100%&r=1", "q", arena) == "100%");
  CHECK(first_query_value("q=%zz", "q", arena) == "%zz");
  CHECK(first_query_value("q=%FF", "q", arena) == "\xEF\xBF\xBD");
  CHECK(first_query_value("q", "q", arena) == "");
  CHECK(first_query_value("q=1&q=2", "q", arena) == "1");
  CHECK(last_query_value("q=1&q=2&r=3", "q", arena) == "2");
  CHECK_FALSE(first_query_value("r=1", "q", arena));
  CHECK_FALSE(last_query_value("", "q", arena));
}

TEST_CASE("names are compared decoded") {
  Arena arena;
  CHECK(first_query_value("a%20b=1", "a b", arena) == "1");
  CHECK(first_query_value("a+b=1", "a b", arena) == "1");
  CHECK_FALSE(first_query_value("a+b=1", "a+b", arena));
  CHECK(first_query_value("%71=1", "q", arena) == "1");
}

TEST_CASE("a plain value is not copied") {
  Arena arena;
  std::string_view query = "a=plain";
  CHECK(first_query_value(query, "a", arena)->data() == query.data() + 2);
}

TEST_CASE("a cookie is found by its exact name over all lines") {
  FieldLine lines[] = {{"Cookie", "a=1; bb=2;c=\"three\""}, {"cookie", "d=x=y; a=again"}};
  Request request;
  request.fields = lines;
  CHECK(cookie(request, "a") == "1");
  CHECK(cookie(request, "bb") == "2");
  CHECK(cookie(request, "c") == "three");
  CHECK(cookie(request, "d") == "x=y");
  CHECK_FALSE(cookie(request, "b"));
  CHECK_FALSE(cookie(request, "A"));
}
