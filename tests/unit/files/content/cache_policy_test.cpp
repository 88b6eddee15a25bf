#include "files/content/cache_policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice::files;

TEST_CASE("HTML is revalidated, hashed names are immutable, the rest is kept for a short time") {
  CHECK(default_cache_control("index.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(default_cache_control("a.3f2a9c1b.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(default_cache_control("a.3f2a9c1b.js", "text/javascript; charset=utf-8") ==
        "public, max-age=31536000, immutable");
  CHECK(default_cache_control("a.js", "text/javascript; charset=utf-8") == "max-age=60, must-revalidate");
}

TEST_CASE("service workers are revalidated in every directory, unless the config says otherwise") {
  for (auto name : {"sw.js", "app/service-worker.js", "registerSW.js", "firebase-messaging-sw.js", "ngsw-worker.js",
                    "a/b/ngsw.json", "_next/static/sw.js"}) {
    CAPTURE(name);
    CHECK(default_cache_control(name, "text/javascript; charset=utf-8") == "no-cache");
  }
  CHECK(default_cache_control("answer.js", "text/javascript") == short_cache_control);
  CHECK(default_cache_control("sw.js/app.js", "text/javascript") == short_cache_control);
  CHECK(default_cache_control("sw.js.map", "application/json") == short_cache_control);
  CachePolicy policy({{"*.txt", "max-age=1"}, {"*.js", "max-age=2"}});
  CHECK(policy.control_for("sw.js", "text/javascript") == "max-age=2");
  CHECK(policy.control_for("ngsw.json", "application/json") == "no-cache");
}

TEST_CASE("globs are about the last segment, or with a slash about the whole path") {
  CHECK(glob_matches("*.pdf", "/a/b/report.pdf"));
  CHECK_FALSE(glob_matches("*.pdf", "/a/b/report.pdf.gz"));
  CHECK(glob_matches("robots.txt", "/robots.txt"));
  CHECK(glob_matches("/robots.txt", "/robots.txt"));
  CHECK_FALSE(glob_matches("/robots.txt", "/a/robots.txt"));
  CHECK(glob_matches("/assets/**", "/assets/a/b.js"));
  CHECK(glob_matches("assets/**", "/assets/a/b.js"));
  CHECK_FALSE(glob_matches("/assets/**", "/other/assets/a.js"));
  CHECK(glob_matches("/assets/*", "/assets/a.js"));
  CHECK_FALSE(glob_matches("/assets/*", "/assets/a/b.js"));
  CHECK(glob_matches("/**/img/*.png", "/x/y/img/a.png"));
  CHECK(glob_matches("/a/**/b/*/c", "/a/x/b/b/q/c"));
  CHECK(glob_matches("a?c", "/abc"));
  CHECK_FALSE(glob_matches("/a?c", "/a/c"));
  CHECK(glob_matches("**", "/anything/at/all"));
  CHECK_FALSE(glob_matches("", "/a"));
  CHECK_FALSE(glob_matches("/a*a*a*a*a*a*a*a*b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

TEST_CASE("directories of a glob may be none") {
  CHECK(glob_matches("**/*.pdf", "/a.pdf"));
  CHECK(glob_matches("**/*.pdf", "/a/b/c.pdf"));
  CHECK(glob_matches("assets/**/*.pdf", "/assets/a.pdf"));
  CHECK(glob_matches("/assets/**/x/*.pdf", "/assets/x/a.pdf"));
  CHECK(glob_matches("/assets/**/x/*.pdf", "/assets/y/x/x/a.pdf"));
  CHECK_FALSE(glob_matches("assets/**/b.pdf", "/assets/ab.pdf"));
  CHECK_FALSE(glob_matches("a**/b", "/ab"));
}

TEST_CASE("a glob with alternatives is several") {
  using Globs = std::vector<std::string>;
  auto expanded = [](std::string_view glob) {
    auto globs = expand_glob(glob).value_or(Globs{"none"});
    std::ranges::sort(globs);
    return globs;
  };
  CHECK(expanded("*.pdf") == Globs{"*.pdf"});
  CHECK(expanded("*.{js,css}") == Globs{"*.css", "*.js"});
  CHECK(expanded("{a,b}/{c,d}") == Globs{"a/c", "a/d", "b/c", "b/d"});
  CHECK(expanded("x{a{1,2},b}y") == Globs{"xa1y", "xa2y", "xby"});
  for (auto wrong : {"", "assets/", "{}", "../a", "{../a,b}", "a{/,b}", "a/../b", "{a", "a}", "}{",
                     "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"}) {
    CAPTURE(wrong);
    CHECK_FALSE(expand_glob(wrong));
  }
}

TEST_CASE("the first rule that fits decides, then the defaults") {
  CachePolicy policy({{"/assets/**", "max-age=1"}, {"*.js", "max-age=2"}, {"*.txt", ""}});
  CHECK(policy.control_for("assets/a.js", "text/javascript") == "max-age=1");
  CHECK(policy.control_for("a.js", "text/javascript") == "max-age=2");
  CHECK(policy.control_for("a.txt", "text/plain").empty());
  CHECK(policy.control_for("a.html", "text/html") == "no-cache");
}
