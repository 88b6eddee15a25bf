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
