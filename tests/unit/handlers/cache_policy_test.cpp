#include "handlers/cache_policy.hpp"

#include <doctest/doctest.h>

using namespace sluice::handlers;

TEST_CASE("hashes that bundlers write into names are seen") {
  for (auto name :
       {"app.3f2a9c1b.js", "main.8e0d62a03f1b.css", "2.5f9c1d2e.chunk.js.3f2a9c1b.map", "app.3f2a9c1b.js.map",
        "index-BxZ3kd9a.js", "index-D_1w-gTa.css", "chunk-6ZQ7KXYV.mjs", "logo-Dk3kf9Az.png",
        "site_0123456789abcdef0123456789abcdef.css", "polyfills-FFHMD2TL.js", "assets/app.3f2a9c1b.js"}) {
    CAPTURE(name);
    CHECK(has_content_hash(name));
  }
}

TEST_CASE("words, dates, versions and camera names are no hashes") {
  for (auto name : {"index.html",
                    "app.js",
                    "app-settings.js",
                    "jquery-3.7.1.min.js",
                    "bootstrap.bundle.js",
                    "report-20231101.pdf",
                    "IMG_20231105.jpg",
                    "DSCF2345.jpg",
                    "holiday-DSCF2345.jpg",
                    "screenshot-2023-11-01T101112.png",
                    "3f2a9c1b.js",
                    "a.deadbeef.js",
                    "facade-decade.css",
                    "notes-Security.md",
                    "release-v1.2.3.tar.gz",
                    "3f2a9c1b",
                    "",
                    ".3f2a9c1b",
                    "en-US.json",
                    "background.jpeg"}) {
    CAPTURE(name);
    CHECK_FALSE(has_content_hash(name));
  }
}

TEST_CASE("HTML is revalidated, hashed names are immutable, the rest is kept for a short time") {
  CHECK(default_cache_control("index.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(default_cache_control("a.3f2a9c1b.html", "text/html; charset=utf-8") == "no-cache");
  CHECK(default_cache_control("a.3f2a9c1b.js", "text/javascript; charset=utf-8") ==
        "public, max-age=31536000, immutable");
  CHECK(default_cache_control("a.js", "text/javascript; charset=utf-8") == "max-age=60, must-revalidate");
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

TEST_CASE("the first rule that fits decides, then the defaults") {
  CachePolicy policy({{"/assets/**", "max-age=1"}, {"*.js", "max-age=2"}, {"*.txt", ""}});
  CHECK(policy.control_for("assets/a.js", "text/javascript") == "max-age=1");
  CHECK(policy.control_for("a.js", "text/javascript") == "max-age=2");
  CHECK(policy.control_for("a.txt", "text/plain").empty());
  CHECK(policy.control_for("a.html", "text/html") == "no-cache");
}
