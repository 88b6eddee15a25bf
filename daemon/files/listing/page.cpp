#include "files/listing/page.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "base/escape.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

namespace sluice::files {

namespace {

using Sort = ListingQuery::Sort;

constexpr std::string_view style = R"(<style>
:root{color-scheme:light dark;--ink:#1f2328;--soft:#59636e;--line:#d8dee4;--link:#0b57d0;--paper:#fff;--hover:#f3f6fa}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa4af;--line:#2f363d;--link:#8ab4f8;--paper:#16181d;--hover:#20242b}}
body{font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);margin:0 auto;max-width:60rem;padding:1.5rem 1rem 3rem}
a{color:var(--link);text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
nav ol{list-style:none;display:flex;flex-wrap:wrap;margin:0;padding:0}nav li+li::before{content:"/";color:var(--soft);margin:0 .35rem}
h1{font-size:1.25rem;margin:.5rem 0 1rem;font-weight:600;overflow-wrap:anywhere}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.4rem .5rem;border-bottom:1px solid var(--line)}
thead th{font-weight:600;white-space:nowrap}tbody th{font-weight:400;overflow-wrap:anywhere}tbody a,li{unicode-bidi:isolate;white-space:pre-wrap}
tbody tr:hover{background:var(--hover)}td{color:var(--soft);white-space:nowrap}
thead th:first-child{width:99%}.size{text-align:right}[aria-sort=ascending] a::after{content:" \2191"}[aria-sort=descending] a::after{content:" \2193"}
.pages{display:flex;gap:1rem;align-items:baseline;margin-top:1rem;color:var(--soft)}
.none{color:var(--soft)}@media(max-width:40rem){.time{display:none}}
</style>)";

std::string_view word(Sort sort) {
  switch (sort) {
    case Sort::size: return "size";
    case Sort::time: return "time";
    case Sort::name: break;
  }
  return "name";
}

std::string query_text(Sort sort, bool descending, std::size_t page) {
  std::string text = "?sort=" + std::string(word(sort)) + "&amp;order=" + (descending ? "desc" : "asc");
  if (page > 1) text += "&amp;page=" + std::to_string(page);
  return text;
}

std::string time_text(std::int64_t seconds, const char* form) {
  using namespace std::chrono;
  auto point = sys_seconds(std::chrono::seconds(seconds));
  auto day = floor<days>(point);
  year_month_day date(day);
  auto minutes = static_cast<unsigned>((point - day).count() / 60);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), minutes / 60, minutes % 60,
                static_cast<unsigned>((point - day).count() % 60));
  return text.data();
}

std::string machine_time(std::int64_t seconds) { return time_text(seconds, "%04d-%02u-%02uT%02u:%02u:%02uZ"); }
std::string readable_time(std::int64_t seconds) { return time_text(seconds, "%04d-%02u-%02u %02u:%02u"); }

/// A name as text: octets that are not UTF-8 are percent-encoded.
std::string text_of(std::string_view name) {
  std::string text;
  while (true) {
    auto plain = ascii_prefix(name);
    text += name.substr(0, plain);
    name.remove_prefix(plain);
    if (name.empty()) return text;
    auto step = utf8_step(name);
    auto character = name.substr(0, step.length);
    text += step.valid ? std::string(character) : percent_encoded(character);
    name.remove_prefix(step.length);
  }
}

std::string path_of(const ListingPlace& place) {
  std::string path = "/";
  for (const auto& segment : place.segments) path += text_of(segment) + "/";
  return path;
}

/// A name as it is shown: what would turn the text around it, or break its line, is made visible.
std::string shown(std::string_view octets) {
  std::string text;
  auto valid = text_of(octets);
  for (std::string_view name = valid; !name.empty();) {
    auto length = std::max<std::size_t>(utf8_step(name).length, 1);
    auto character = name.substr(0, length);
    bool turns = (character >= "\u202A" && character <= "\u202E") || (character >= "\u2066" && character <= "\u2069");
    text += turns || (length == 1 && is_control(character.front())) ? replacement_character : character;
    name.remove_prefix(length);
  }
  return text;
}

/// Relative to the directory. "./" in front, for a name may look like the scheme of another address.
std::string address_of(const ListedEntry& entry) {
  return "./" + percent_encoded(entry.name) + (entry.directory ? "/" : "");
}

/// Writes the page piece by piece.
class Page {
 public:
  Page(const Listing& listing, const ListingPlace& place, const ListingQuery& query)
      : listing_(listing), place_(place), query_(query) {}

  std::string make() && {
    out_.reserve(4096 + listing_.entries.size() * 256);
    head();
    crumbs();
    table();
    pages();
    out_ += "</main></body></html>\n";
    return std::move(out_);
  }

 private:
  void head() {
    out_ +=
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        // An empty icon, else browsers ask for /favicon.ico and report that it is missing.
        "<link rel=\"icon\" href=\"data:,\"><title>Index of ";
    append_html_escaped(out_, path_of(place_));
    out_ += "</title>";
    out_ += style;
    out_ += "</head>\n<body><main>";
  }

  void crumbs() {
    out_ += "<nav aria-label=\"Breadcrumb\"><ol>";
    auto count = place_.segments.size();
    crumb("Home", count, place_.linked == count);
    for (std::size_t i = 0; i < count; ++i) crumb(place_.segments[i], count - 1 - i, count - 1 - i <= place_.linked);
    out_ += "</ol></nav>\n<h1>Index of ";
    append_html_escaped(out_, path_of(place_));
    out_ += "</h1>\n";
  }

  /// A directory `above` levels above this one.
  void crumb(std::string_view name, std::size_t above, bool linked) {
    out_ += above == 0 ? "<li aria-current=\"page\">" : "<li>";
    if (linked && above > 0) {
      out_ += "<a href=\"";
      for (std::size_t i = 0; i < above; ++i) out_ += "../";
      out_ += "\">";
    }
    append_html_escaped(out_, shown(name));
    if (linked && above > 0) out_ += "</a>";
    out_ += "</li>";
  }

  void table() {
    out_ += "<table><thead><tr>";
    column(Sort::name, "Name", "");
    column(Sort::size, "Size", " class=\"size\"");
    column(Sort::time, "Modified (UTC)", " class=\"time\"");
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& entry : listing_.entries) row(entry);
    if (listing_.entries.empty()) out_ += "<tr><td class=\"none\" colspan=\"3\">This directory is empty.</td></tr>\n";
    out_ += "</tbody></table>\n";
  }

  void column(Sort sort, std::string_view title, std::string_view attributes) {
    bool chosen = query_.sort == sort;
    out_ += "<th scope=\"col\"";
    out_ += attributes;
    if (chosen) out_ += query_.descending ? " aria-sort=\"descending\"" : " aria-sort=\"ascending\"";
    out_ += "><a href=\"" + query_text(sort, chosen && !query_.descending, 1) + "\">";
    out_ += title;
    out_ += "</a></th>";
  }

  void row(const ListedEntry& entry) {
    out_ += "<tr><th scope=\"row\"><a href=\"" + address_of(entry) + "\">";
    append_html_escaped(out_, shown(entry.name));
    if (entry.directory) out_ += '/';
    out_ += "</a></th><td class=\"size\">";
    if (!entry.directory)
      out_ += "<data value=\"" + std::to_string(entry.size) + "\">" + readable_size(entry.size) + "</data>";
    out_ += "</td><td class=\"time\"><time datetime=\"" + machine_time(entry.modified) + "\">" +
            readable_time(entry.modified) + "</time></td></tr>\n";
  }

  void pages() {
    if (listing_.pages == 1) return;
    out_ += "<nav class=\"pages\" aria-label=\"Pages\">";
    if (listing_.page > 1) page_link(listing_.page - 1, "prev", "Previous");
    out_ += "<span>Page " + std::to_string(listing_.page) + " of " + std::to_string(listing_.pages) + ", " +
            std::to_string(listing_.total) + " entries</span>";
    if (listing_.page < listing_.pages) page_link(listing_.page + 1, "next", "Next");
    out_ += "</nav>\n";
  }

  void page_link(std::size_t page, std::string_view relation, std::string_view title) {
    out_ += "<a rel=\"";
    out_ += relation;
    out_ += "\" href=\"" + query_text(query_.sort, query_.descending, page) + "\">";
    out_ += title;
    out_ += "</a>";
  }

  const Listing& listing_;
  const ListingPlace& place_;
  const ListingQuery& query_;
  std::string out_;
};

}  // namespace

std::string readable_size(std::uint64_t octets) {
  constexpr std::array<const char*, 5> units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (octets < 1024) return std::to_string(octets) + " B";
  auto value = static_cast<double>(octets) / 1024;
  std::size_t unit = 0;
  for (; value >= 1023.5 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  return text.data();
}

std::string listing_html(const Listing& listing, const ListingPlace& place, const ListingQuery& query) {
  return Page(listing, place, query).make();
}

std::string listing_json(const Listing& listing, const ListingPlace& place) {
  std::string out = "{\"path\":";
  append_json_string(out, path_of(place));
  out += ",\"total\":" + std::to_string(listing.total) + ",\"page\":" + std::to_string(listing.page) +
         ",\"pages\":" + std::to_string(listing.pages) + ",\"entries\":[";
  std::string_view comma;
  for (const auto& entry : listing.entries) {
    out += comma;
    out += "{\"name\":";
    append_json_string(out, text_of(entry.name));
    out += ",\"href\":\"" + address_of(entry) + '"';
    out += entry.directory ? ",\"type\":\"directory\"" : ",\"type\":\"file\",\"size\":" + std::to_string(entry.size);
    out += ",\"modified\":\"" + machine_time(entry.modified) + "\"}";
    comma = ",";
  }
  return out += "]}\n";
}

}  // namespace sluice::files
