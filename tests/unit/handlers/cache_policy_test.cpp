#include "handlers/cache_policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace sluice::handlers;

TEST_CASE("hashes that bundlers write into names are seen") {
  for (auto name : {"app.3f2a9c1b.js",
                    "main.8e0d62a03f1b.css",
                    "2.5f9c1d2e.chunk.js.3f2a9c1b.map",
                    "app.3f2a9c1b.js.map",
                    "index-BxZ3kd9a.js",
                    "index-D_1w-gTa.css",
                    "chunk-6ZQ7KXYV.mjs",
                    "assets/logo-Dk3kf9Az.png",
                    "site_0123456789abcdef0123456789abcdef.css",
                    "polyfills-FFHMD2TL.js",
                    "assets/app.3f2a9c1b.js",
                    "assets/index-DX1aTB_y.css",
                    "main.073c9b0a.chunk.js",
                    "app-3f2a9c1b.min.css",
                    "static/media/logo.6ce24c58023cc2f8fd88.svg",
                    "chunk-MBXJQKWS.js",
                    "main-QWERTYUI.js",
                    "photo_hu1234567890abcdef_12345_600x0_resize_q75_box.jpg",
                    "photo_hu_1234567890abcdef.webp",
                    "_next/static/css/0a1b2c3d4e5f6071.css",
                    "_next/static/x7Yz/_buildManifest.js",
                    "_nuxt/DlAUqK2U.js",
                    "_app/immutable/chunks/BfX2a9Qz.js",
                    "sub/_astro/photo.Cx2Qm1_Z1kx9bT.webp",
                    "_next/static/media/a34f9d1faa5f3315-s.p.woff2",
                    "base.0d3e1f2a4b5c.css",
                    "assets/images/photo-a00b7edc407044da01fd859d9684afb1.png",
                    "assets/js/a7456010.a767bbdf.js",
                    "workbox-2178cfdb.js"}) {
    CAPTURE(name);
    CHECK(has_content_hash(name));
  }
}

TEST_CASE("in directories of bundlers hashes are seen that have no numeral, or stand before other marks") {
  for (auto name : {"assets/index-ByiOnHYh.js", "assets/index-ByiOnHYh.js.map", "assets/dashboard-BHSiQBLe.js",
                    "assets/inter-BjbD-f_F.woff2", "assets/worker-D2L2uGbS.js", "assets/photo-DrwT8rpY.png",
                    "assets/chunks/framework.vLhlLNVn.js", "assets/chunks/theme.CtluBRqH.js",
                    "assets/inter-roman-cyrillic-ext.BBPuwvHQ.woff2", "assets/inter-roman-greek-ext.CqjqNYQ-.woff2",
                    "assets/guide.md.CDNlEg8t.js", "assets/guide.md.CDNlEg8t.lean.js",
                    "docs/assets/chunks/VPLocalSearchBox.DIi6RKjC.js"}) {
    CAPTURE(name);
    CHECK(has_content_hash(name));
  }
  CHECK_FALSE(has_content_hash("index-ByiOnHYh.js"));
}

TEST_CASE("names in camel case are no hashes, in directories of bundlers neither") {
  for (auto name :
       {"theme-Nov-2023.css",  "styles-Jan-2024.css",     "site-Main-v12.css",      "angular-i18nDemo.js",
        "lib-Es6Build.js",     "swiper.Es5Utils.js",      "test.Utf8Util.js",       "audio.Mp3Codec.js",
        "crypto-Sha3Hash.js",  "three.Vector3D.js",       "app-A11yMenu.js",        "app-L10nUtil.js",
        "app-I18nL10n.js",     "web3-Web3Core.js",        "plugin-Win32Api.js",     "d3-D3Chart1.js",
        "lib-Base64Js.js",     "lib-Mp4ToMp3.js",         "net-IPv4toV6.js",        "lib-MyAPIDoc.js",
        "lib-XMLtoPDF.js",     "locale.zh-Hant2.js",      "MathJax_Main-v2x.js",    "styles.OVERRIDE.css",
        "styles-PORTRAIT.css", "main.POLYFILL.js",        "scripts-FALLBACK.js",    "main-VERSION2.css",
        "main-UTF32BOM.js",    "app-2024Jan5.js",         "app-feed2025.js",        "MuseoSans-Bold-700.woff2",
        "Lato-Thin-100.woff2", "OpenSans-Cond-300.woff2", "IBMPlex-Semi600i.woff2", "logo_Dark_v2x.svg",
        "report-Q3Fy2024.png", "team-JohnDoe1.png"}) {
    CAPTURE(name);
    CHECK_FALSE(has_content_hash(name));
    CHECK_FALSE(has_content_hash("assets/" + std::string(name)));
    CHECK_FALSE(has_content_hash("assets/chunks/" + std::string(name)));
  }
}

TEST_CASE("pictures have a hash only where bundlers put them") {
  for (auto name : {"user-1a2b3c4d.jpg", "profile.5f3c2a1b.png", "avatar_9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d.png",
                    "snapshot-00a0c914c829.jpg", "logo-Dk3kf9Az.png"}) {
    CAPTURE(name);
    CHECK_FALSE(has_content_hash(name));
    CHECK_FALSE(has_content_hash("assets/avatars/" + std::string(name)));
    CHECK(has_content_hash("assets/" + std::string(name)));
    CHECK(has_content_hash("static/media/" + std::string(name)));
  }
}

TEST_CASE("words, dates, versions, camera names and identifiers are no hashes, and documents have none") {
  for (auto name : {"index.html",
                    "menu-Summer24.pdf",
                    "flyer-3f2a9c1b.pdf",
                    "song-Track001.mp3",
                    "setup-Windows7.exe",
                    "driver-Version2.zip",
                    "photo-Zurich24.jpg",
                    "photo-IMG2023a.jpg",
                    "team-JohnDoe1.png",
                    "sw-Version2.js",
                    "theme-RELEASE2.css",
                    "icons-LINEICON.js",
                    "report-20240101b.png",
                    "3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg",
                    "photo-3f2504e0-4f89-11d3-9a0c-0305e82c3301.jpg",
                    "avatar_507f1f77bcf86cd799439011.png",
                    "phone-0004f2abcdef.cfg",
                    "pkg-1a2b3c4d.d/LATEST",
                    "app.3f2a9c1b.d/settings.js",
                    "_nuxt/builds/latest.json",
                    "my_next/static.js",
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
