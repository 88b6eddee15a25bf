#include "files/listing/listing.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "files/listing/page.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice::files;
using sluice::test::TemporaryDirectory;

namespace {

struct Folder : TemporaryDirectory {
  Listing list(const ListingQuery& query = {}, const std::string& relative = {}) const {
    FileRoot root(path(), Symlinks::inside);
    auto node = root.find(relative);
    REQUIRE(node);
    auto listing = read_listing(root, relative, *node, query);
    REQUIRE(listing);
    return *listing;
  }
  std::string names(const ListingQuery& query = {}, const std::string& relative = {}) const {
    std::string all;
    for (const auto& entry : list(query, relative).entries) all += entry.name + (entry.directory ? "/ " : " ");
    return all;
  }
};

const ListingPlace place{{"files", "a b"}, 1};

}  // namespace

TEST_CASE("a listing has directories first and is sorted as asked") {
  Folder folder;
  folder.write("b", "12345");
  folder.write("a", "123456789");
  folder.write("c", "1");
  folder.write("z/x", "");
  folder.touch("a", 1000);
  folder.touch("b", 3000);
  folder.touch("c", 2000);
  CHECK(folder.names() == "z/ a b c ");
  CHECK(folder.names({.descending = true}) == "z/ c b a ");
  CHECK(folder.names({.sort = ListingQuery::Sort::size}) == "z/ c b a ");
  CHECK(folder.names({.sort = ListingQuery::Sort::time}) == "z/ a c b ");
  CHECK(folder.names({.sort = ListingQuery::Sort::time, .descending = true}) == "z/ b c a ");
  auto entry = folder.list().entries[1];
  CHECK(entry.size == 9);
  CHECK(entry.modified == 1000);
}

TEST_CASE("a listing has nothing that nobody can ask for") {
  Folder folder;
  folder.write("seen", "");
  folder.write(".hidden", "");
  folder.write(".well-known/x", "");
  folder.write("sub/inner", "");
  folder.link("seen", "link");
  folder.link("sub", "link-to-directory");
  folder.link("/etc/passwd", "escape");
  folder.link("nowhere", "dangling");
  folder.link("../seen", "sub/up");
  ::mkfifo(folder.path("fifo").c_str(), 0600);
  CHECK(folder.names() == ".well-known/ link-to-directory/ sub/ link seen ");
  CHECK(folder.names({.hidden = true}) == ".well-known/ link-to-directory/ sub/ .hidden link seen ");
  CHECK(folder.names({}, "sub") == "inner up ");
}

TEST_CASE("a large directory has pages") {
  Folder folder;
  for (int i = 0; i < 2100; ++i) folder.write("f" + std::to_string(10000 + i), "");
  auto first = folder.list();
  CHECK(first.total == 2100);
  CHECK(first.pages == 3);
  CHECK(first.entries.size() == ListingQuery::page_size);
  auto last = folder.list({.page = 3});
  CHECK(last.entries.size() == 100);
  CHECK(last.entries.back().name == "f12099");
  CHECK(folder.list({.page = 999}).page == 3);
  CHECK(folder.list({.page = 0}).page == 1);
  auto html = listing_html(first, place, {});
  CHECK(html.find("Page 1 of 3, 2100 entries") != std::string::npos);
  CHECK(html.find("rel=\"next\" href=\"?sort=name&amp;order=asc&amp;page=2\"") != std::string::npos);
  CHECK(html.find("rel=\"prev\"") == std::string::npos);
}

TEST_CASE("names in a page are escaped as text and as links") {
  Listing listing;
  listing.entries = {
      {"<script>&\"'", false, 1536, 784111777}, {"a b", true, 0, 0}, {"javascript:alert(1)", false, 0, 0}};
  listing.total = 3;
  auto html = listing_html(listing, place, {});
  CHECK(html.find("<script>") == std::string::npos);
  CHECK(html.find("href=\"./%3Cscript%3E%26%22%27\">&lt;script&gt;&amp;&quot;&#39;</a>") != std::string::npos);
  CHECK(html.find("href=\"./a%20b/\">a b/</a>") != std::string::npos);
  CHECK(html.find("href=\"./javascript%3Aalert%281%29\"") != std::string::npos);
  CHECK(html.find("<data value=\"1536\">1.5 KiB</data>") != std::string::npos);
  CHECK(html.find("<time datetime=\"1994-11-06T08:49:37Z\">1994-11-06 08:49</time>") != std::string::npos);
  CHECK(html.find("<title>Index of /files/a b/</title>") != std::string::npos);
}

TEST_CASE("what would turn the text around a name, or break its line, is shown and not done") {
  Listing listing;
  listing.entries.push_back({.name = "a\u202Etxt.exe"});
  listing.entries.push_back({.name = "two\nlines\u2066"});
  auto html = listing_html(listing, {}, {});
  CHECK(html.find(">a\uFFFDtxt.exe</a>") != std::string::npos);
  CHECK(html.find(">two\uFFFDlines\uFFFD</a>") != std::string::npos);
  CHECK(html.find("href=\"./two%0Alines%E2%81%A6\"") != std::string::npos);
}

TEST_CASE("breadcrumbs have links as far as the mount reaches") {
  auto html = listing_html({}, {{"files", "a", "b"}, 2}, {});
  CHECK(html.find("<li>Home</li>") != std::string::npos);
  CHECK(html.find("<li><a href=\"../../\">files</a></li>") != std::string::npos);
  CHECK(html.find("<li><a href=\"../\">a</a></li>") != std::string::npos);
  CHECK(html.find("<li aria-current=\"page\">b</li>") != std::string::npos);
  CHECK(listing_html({}, {{"a"}, 1}, {}).find("<li><a href=\"../\">Home</a></li>") != std::string::npos);
}

TEST_CASE("the head of a column sorts, and turns the order round when it is the one") {
  auto html = listing_html({}, place, {.sort = ListingQuery::Sort::size});
  CHECK(html.find("aria-sort=\"ascending\"><a href=\"?sort=size&amp;order=desc\">Size") != std::string::npos);
  CHECK(html.find("<a href=\"?sort=name&amp;order=asc\">Name") != std::string::npos);
}

TEST_CASE("a name that is not UTF-8 has its octets percent-encoded, in links and as text") {
  Listing listing;
  listing.entries = {{"caf\xE9 \u00e9", false, 1, 0}, {"d\xC3", true, 0, 0}};
  auto html = listing_html(listing, {{"\xE9"}, 1}, {});
  CHECK(html.find("<a href=\"./caf%E9%20%C3%A9\">caf%E9 \u00e9</a>") != std::string::npos);
  CHECK(html.find("<title>Index of /%E9/</title>") != std::string::npos);
  auto json = nlohmann::json::parse(listing_json(listing, {{"\xE9"}, 1}));
  CHECK(json["path"] == "/%E9/");
  CHECK(json["entries"][0]["name"] == "caf%E9 \u00e9");
  CHECK(json["entries"][0]["href"] == "./caf%E9%20%C3%A9");
  CHECK(json["entries"][1]["href"] == "./d%C3/");
}

TEST_CASE("a listing as JSON has all that the page has") {
  Listing listing;
  listing.entries = {{"d\"", true, 0, 0}, {"f", false, 7, 784111777}};
  listing.total = 2;
  auto json = nlohmann::json::parse(listing_json(listing, place));
  CHECK(json["path"] == "/files/a b/");
  CHECK(json["total"] == 2);
  CHECK(json["entries"][0]["name"] == "d\"");
  CHECK(json["entries"][0]["type"] == "directory");
  CHECK(json["entries"][1]["size"] == 7);
  CHECK(json["entries"][1]["modified"] == "1994-11-06T08:49:37Z");
}

TEST_CASE("sizes are readable") {
  CHECK(readable_size(0) == "0 B");
  CHECK(readable_size(1023) == "1023 B");
  CHECK(readable_size(1024) == "1.0 KiB");
  CHECK(readable_size(1536) == "1.5 KiB");
  CHECK(readable_size(10 << 20) == "10 MiB");
  CHECK(readable_size((1 << 20) - 1) == "1.0 MiB");
  CHECK(readable_size(std::uint64_t{5} << 40) == "5.0 TiB");
}
