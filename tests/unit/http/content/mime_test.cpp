#include "http/content/mime.hpp"

#include <doctest/doctest.h>

using namespace sluice::http;

TEST_CASE("the types that the web depends on are right") {
  const auto& types = MimeTypes::system();
  CHECK(types.type_of("index.html") == "text/html; charset=utf-8");
  CHECK(types.type_of("app.js") == "text/javascript; charset=utf-8");
  CHECK(types.type_of("app.min.mjs") == "text/javascript; charset=utf-8");
  CHECK(types.type_of("a.css") == "text/css; charset=utf-8");
  CHECK(types.type_of("a.svg") == "image/svg+xml; charset=utf-8");
  CHECK(types.type_of("a.xml") == "application/xml; charset=utf-8");
  CHECK(types.type_of("a.json") == "application/json");
  CHECK(types.type_of("app.js.map") == "application/json");
  CHECK(types.type_of("a.wasm") == "application/wasm");
  CHECK(types.type_of("a.avif") == "image/avif");
  CHECK(types.type_of("a.webp") == "image/webp");
  CHECK(types.type_of("a.jxl") == "image/jxl");
  CHECK(types.type_of("a.woff2") == "font/woff2");
  CHECK(types.type_of("site.webmanifest") == "application/manifest+json");
  CHECK(types.type_of("a.md") == "text/markdown; charset=utf-8");
  CHECK(types.type_of("a.txt") == "text/plain; charset=utf-8");
  CHECK(types.type_of("a.pdf") == "application/pdf");
  CHECK(types.type_of("a.mp4") == "video/mp4");
  CHECK(types.type_of("a.webm") == "video/webm");
  CHECK(types.type_of("favicon.ico") == "image/vnd.microsoft.icon");
}

TEST_CASE("the extension is what stands after the last dot, whatever its case") {
  const auto& types = MimeTypes::builtin();
  CHECK(types.type_of("PHOTO.JPG") == "image/jpeg");
  CHECK(types.type_of("archive.tar.gz") == "application/gzip");
  CHECK(types.type_of("dir.html/file") == MimeTypes::unknown);
  for (auto name : {"README", "a.", "", ".", "a.unheard-of", "a.a-very-long-extension-indeed"})
    CHECK(types.type_of(name) == MimeTypes::unknown);
}

TEST_CASE("a mime.types file adds what is missing and overrules nothing") {
  MimeTypes types = MimeTypes::builtin();
  types.add_missing(
      "# comment\ntext/x-thing\tthing THANG\n\napplication/x-js js # no\nimage/none\r\n  model/x  mdl\r\n");
  CHECK(types.type_of("a.thing") == "text/x-thing; charset=utf-8");
  CHECK(types.type_of("a.thang") == "text/x-thing; charset=utf-8");
  CHECK(types.type_of("a.js") == "text/javascript; charset=utf-8");
  CHECK(types.type_of("a.mdl") == "model/x");
  types.set("js", "application/javascript");
  CHECK(types.type_of("a.js") == "application/javascript; charset=utf-8");
}
