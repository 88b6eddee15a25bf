#include "files/content/built_name.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

using namespace sluice::files;

namespace {

constexpr std::string_view base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void check_all(bool expected, std::initializer_list<std::string> names) {
  for (const auto& name : names) {
    CAPTURE(name);
    CHECK(has_content_hash(name) == expected);
  }
}

/// How many of 1,000 names that end with `length` random characters are seen.
int seen_of_1000(const std::string& before, std::string_view alphabet, std::size_t length, const std::string& after) {
  std::mt19937 random(20'261'128);
  int seen = 0;
  for (int i = 0; i < 1000; ++i) {
    auto name = before;
    for (std::size_t n = 0; n < length; ++n) name += alphabet[random() % alphabet.size()];
    if (has_content_hash(name + after)) ++seen;
  }
  return seen;
}

}  // namespace

TEST_CASE("every hash that Vite writes into names of code is seen") {
  CHECK(seen_of_1000("assets/index-", base64url, 8, ".js") == 1000);
  CHECK(seen_of_1000("sub/assets/style-", base64url, 8, ".css") == 1000);
  CHECK(seen_of_1000("assets/index-", base64url, 8, ".js.map") == 1000);
  CHECK(seen_of_1000("index-", base64url, 8, ".js") < 10);
}

TEST_CASE("nearly every hash is seen that other tools write, or Vite into names of pictures") {
  constexpr std::string_view hex = base64url.substr(26, 6);
  const std::string digits = std::string(hex) + "0123456789";
  const std::string base32 = std::string(base64url.substr(0, 26)) + "234567";
  CHECK(seen_of_1000("assets/logo-", base64url, 8, ".png") > 900);
  CHECK(seen_of_1000("assets/chunks/theme.", base64url, 8, ".js") > 900);
  CHECK(seen_of_1000("static/js/main.", digits, 8, ".chunk.js") == 1000);
  CHECK(seen_of_1000("app.", digits, 8, ".js") > 900);
  CHECK(seen_of_1000("app.", digits, 20, ".js") > 990);
  CHECK(seen_of_1000("chunk-", base32, 8, ".js") == 1000);
}

TEST_CASE("hashes that bundlers write into names are seen") {
  check_all(true, {"app.3f2a9c1b.js",
                   "main.8e0d62a03f1b.css",
                   "app.3f2a9c1b.js.map",
                   "chunk-6ZQ7KXYV.mjs",
                   "polyfills-FFHMD2TL.js",
                   "chunk-MBXJQKWS.js",
                   "assets/app.3f2a9c1b.js",
                   "assets/index-DX1aTB_y.css",
                   "assets/index-D_1w-gTa.css",
                   "assets/index-ByiOnHYh.js.map",
                   "assets/inter-BjbD-f_F.woff2",
                   "assets/logo-Dk3kf9Az.png",
                   "assets/chunks/framework.vLhlLNVn.js",
                   "assets/inter-roman-greek-ext.CqjqNYQ-.woff2",
                   "assets/guide.md.CDNlEg8t.lean.js",
                   "main.073c9b0a.chunk.js",
                   "app-3f2a9c1b.min.css",
                   "static/media/logo.6ce24c58023cc2f8fd88.svg",
                   "photo_hu1234567890abcdef_12345_600x0_resize_q75_box.jpg",
                   "photo_hu_1234567890abcdef.webp",
                   "_next/static/css/0a1b2c3d4e5f6071.css",
                   "_next/static/x7Yz/_buildManifest.js",
                   "_next/static/media/a34f9d1faa5f3315-s.p.woff2",
                   "_nuxt/DlAUqK2U.js",
                   "_app/immutable/chunks/BfX2a9Qz.js",
                   "sub/_astro/photo.Cx2Qm1_Z1kx9bT.webp",
                   "assets/images/photo-a00b7edc407044da01fd859d9684afb1.png",
                   "assets/js/a7456010.a767bbdf.js",
                   "workbox-2178cfdb.js"});
}

TEST_CASE("pairs of words are no hashes, but for code in the directory of Vite") {
  for (std::string_view word : {"settings", "calendar", "portrait", "datetime", "arrow-up", "big-blue", "my_photo",
                                "SemiBold", "Thin-100", "Nov-2023", "JohnDoe1", "DSCF2345", "3d-model", "feed2025"}) {
    CAPTURE(word);
    auto name = "icon-" + std::string(word);
    for (std::string_view directory : {"", "js/", "css/", "assets/css/", "assets/js/", "static/", "dist/", "chunks/"}) {
      CHECK_FALSE(has_content_hash(std::string(directory) + name + ".js"));
      CHECK_FALSE(has_content_hash(std::string(directory) + name + ".css"));
    }
    CHECK_FALSE(has_content_hash("assets/" + name + ".svg"));
    CHECK_FALSE(has_content_hash("assets/" + name + ".woff2"));
    CHECK(hash_in_name("assets/" + name + ".js") == NameHash::words);
  }
}

TEST_CASE("pictures have a hash only where bundlers put them") {
  for (std::string name : {"user-1a2b3c4d.jpg", "profile.5f3c2a1b.png"}) {
    CAPTURE(name);
    CHECK_FALSE(has_content_hash(name));
    CHECK_FALSE(has_content_hash("assets/avatars/" + name));
    CHECK(has_content_hash("assets/" + name));
    CHECK(has_content_hash("static/media/" + name));
  }
}

TEST_CASE("words, dates, versions, camera names and identifiers are no hashes, and documents have none") {
  check_all(false, {"index.html",
                    "flyer-3f2a9c1b.pdf",
                    "song-Track001.mp3",
                    "setup-Windows7.exe",
                    "photo-Zurich24.jpg",
                    "sw-Version2.js",
                    "theme-RELEASE2.css",
                    "angular-i18nDemo.js",
                    "lib-Base64Js.js",
                    "report-20240101b.png",
                    "app-20240101.js",
                    "app-feed2025.js",
                    "3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg",
                    "widget-3f2504e0-4f89-11d3-9a0c-0305e82c3301.js",
                    "avatar_507f1f77bcf86cd799439011.png",
                    "phone-0004f2abcdef.cfg",
                    "pkg-1a2b3c4d.d/LATEST",
                    "app.3f2a9c1b.d/settings.js",
                    "_nuxt/builds/latest.json",
                    "my_next/static.js",
                    "app.js",
                    "jquery-3.7.1.min.js",
                    "bootstrap.bundle.js",
                    "DSCF2345.jpg",
                    "screenshot-2023-11-01T101112.png",
                    "3f2a9c1b.js",
                    "a.deadbeef.js",
                    "facade-decade.css",
                    "release-v1.2.3.tar.gz",
                    "3f2a9c1b",
                    "",
                    ".3f2a9c1b",
                    "en-US.json"});
}

TEST_CASE("what may be a hash of another tool is left to a person") {
  for (auto name : {"build/q-BxZ3kd9a.js", "build/assets/js/index-BxZ3kd9a.js", "assets/js/angular-i18nDemo.js",
                    "index-abc1x2de.css", "index-BxZ3kd9a.js", "app.kd93mfk2ld.js"}) {
    CAPTURE(name);
    CHECK(hash_in_name(name) == NameHash::possible);
  }
  for (auto name :
       {"jquery-calendar.js", "app.js", "bootstrap.bundle.min.js", "build/q-BxZ3kd9a.png", "locale.zh-Hant2.js"}) {
    CAPTURE(name);
    CHECK(hash_in_name(name) == NameHash::none);
  }
}
