#include "files/options.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "http/content/mime.hpp"
#include "site/routing/host_pattern.hpp"
#include "site/settings/media_type.hpp"

namespace sluice::files {

namespace {

using config::field;

/// A value of `cache` as Cache-Control.
config::Type<std::string> cache_rule() {
  using namespace std::chrono_literals;
  static const std::vector<std::pair<std::string, std::string_view>> words = {
      {"immutable", immutable_cache_control}, {"no-cache", "no-cache"}, {"no-store", "no-store"}, {"none", ""}};
  auto age = config::duration(0s, std::chrono::hours(24) * 3650);
  auto info = age.info;
  info.name = "duration or word";
  info.range = "0s … 3650d | immutable | no-cache | no-store | none";
  info.schema = R"({"type":"string"})";
  auto read = [age, info](const config::Value& value, config::Reading& reading) -> std::optional<std::string> {
    for (const auto& [word, control] : words) {
      if (value.is(config::Value::Kind::string) && value.text == word) return std::string(control);
    }
    auto time = age.read(value, reading);
    if (!time) return std::nullopt;
    if (*time % 1s != 0ms) {
      reading.diagnostics.error("out-of-range", value.span, reading.subject + " is for whole seconds");
      return std::nullopt;
    }
    return "max-age=" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*time).count());
  };
  auto advice = [](const config::Value& value) -> std::string {
    if (!value.is(config::Value::Kind::string)) return R"(write a duration, as "1d", or "immutable")";
    if (value.text.ends_with("y") && value.text.size() > 1 && is_digit(value.text[0]))
      return R"(a year is "365d"; a file that never changes is "immutable")";
    auto meant = config::nearest(value.text, {"immutable", "no-cache", "no-store", "none"});
    if (!meant.empty()) return "did you mean \"" + std::string(meant) + "\"?";
    return R"(write a duration, as "1d", or "immutable", "no-cache", "no-store", "none")";
  };
  return config::advised<std::string>({info, read}, advice);
}

bool leaves_root(std::string_view name) {
  for (auto segment : split(name, '/')) {
    if (segment == ".." || segment == ".") return true;
  }
  return false;
}

/// A name below the root, without the slash at its begin that people like to write.
Result<std::string> parse_name(const std::string& text) {
  auto name = text.starts_with('/') ? text.substr(1) : text;
  if (name.empty() || name.ends_with('/')) return fail("a file has a name");
  if (leaves_root(name)) return fail("the file lies below the root, without `.` and `..`");
  return name;
}

Result<Attempt> parse_attempt(const std::string& text) {
  constexpr std::string_view placeholder = "{path}";
  auto name = parse_name(text);
  if (!name) return std::unexpected(name.error());
  auto at = name->find(placeholder);
  Attempt attempt;
  attempt.has_path = at != std::string::npos;
  attempt.before = name->substr(0, at);
  if (attempt.has_path) attempt.after = name->substr(at + placeholder.size());
  if (text.starts_with('=')) return fail("`try` names files; what is left is 404 by itself");
  if (text.find('$') != std::string::npos) return fail("the path of the request is written `{path}`");
  for (const auto* part : {&attempt.before, &attempt.after}) {
    if (part->find_first_of("{}") != std::string::npos) return fail("the only placeholder here is `{path}`, once");
  }
  return attempt;
}

Result<std::string> parse_index(const std::string& text) {
  if (text.find('/') != std::string::npos) return fail("`index` is the name of a file in the directory, not a path");
  return parse_name(text);
}

/// `index = true` is what others write for a list of files.
std::string index_advice(const config::Value& value) {
  if (!value.is(config::Value::Kind::boolean)) return {};
  return value.boolean ? "write the name: \"index.html\"; for a list of the files write listing = true"
                       : "write [] for no index";
}

config::Type<std::string> file_name() {
  return config::parsed<std::string>("file name", "below the root", "bad-file-name", parse_name);
}

std::vector<config::Field> place_fields() {
  return {
      field("path", &StaticOptions::paths, config::one_or_more(config::non_empty_string()))
          .otherwise("\"/\"")
          .doc("Path below which the files are served, or several. It matches whole segments: `/files` serves "
               "/files/a, not /filesystem. Routes come first. `/files//a` is redirected to /files/a.")
          .example("\"/assets\""),
      field("host", &StaticOptions::hosts, site::host_patterns())
          .doc("Name of the host that the request must be for, or several. `*.example.org` is every name below "
               "example.org. "
               "Without it all hosts are served. A file may set it for all it declares.")
          .example("[\"example.org\", \"www.example.org\"]"),
      field("root", &StaticOptions::root, config::path())
          .required()
          .doc("Directory whose files are served; nothing outside of it ever is. Every change in it, also a "
               "symbolic link that is switched, is visible to the next request.")
          .example("\"/srv/www\""),
      field("symlinks", &StaticOptions::symlinks,
            config::one_of<Symlinks>(
                {{"inside", Symlinks::inside}, {"off", Symlinks::off}, {"follow", Symlinks::follow}}))
          .otherwise("\"inside\"")
          .doc("Which symbolic links below the root are followed: those that lead to something inside of it, "
               "none (off), or all, wherever they lead (follow).")
          .example("\"off\""),
      field("access_log", &StaticOptions::access_log, config::boolean())
          .otherwise("true")
          .doc("Whether requests for these files are in the access log.")
          .example("false"),
      field("hidden", &StaticOptions::hidden, config::boolean())
          .otherwise("false")
          .doc("Whether files and directories whose names begin with a dot are served. `.well-known` always "
               "is.")
          .example("true"),
  };
}

std::vector<config::Field> page_fields() {
  return {
      field("index", &StaticOptions::index,
            config::any_number(
                config::advised(config::parsed<std::string>("file name", "", "bad-index", parse_index), index_advice)))
          .otherwise("\"index.html\"")
          .doc("Name of the file that stands for its directory, or several, of which the first that exists "
               "is taken.")
          .example("[\"index.html\", \"index.htm\"]"),
      field("clean_urls", &StaticOptions::clean_urls, config::boolean())
          .otherwise("false")
          .doc("Whether /about is served from about.html where there is no file `about`.")
          .example("true"),
      field("try", &StaticOptions::attempts,
            config::one_or_more(
                config::parsed<Attempt>("file name", "with {path} for the path", "bad-try", parse_attempt)))
          .doc("Files to try, in this order, for a path that is no file. `{path}` stands for the path below this "
               "directory, without its first slash.")
          .example("[\"{path}.htm\", \"fallback.html\"]"),
      field("spa", &StaticOptions::spa, config::boolean())
          .otherwise("false")
          .doc("A single-page application: a path that does not exist is answered with the index of the root. The "
               "client "
               "must accept text/html by name, or anything (`*/*`) where the path has no extension. Missing scripts, "
               "images and other assets stay 404.")
          .example("true"),
      field("listing", &StaticOptions::listing, config::boolean())
          .otherwise("false")
          .doc(
              "Whether a directory without index is answered with the list of its files, as HTML, or as JSON for "
              "clients "
              "that ask for that. In names that are not UTF-8 such bytes are percent-encoded (`caf%E9.txt`); links and "
              "`href` of the JSON lead to them.")
          .example("true"),
      field("not_found", &StaticOptions::not_found, file_name())
          .doc("File that is sent, with status 404, when there is none for the path.")
          .example("\"404.html\""),
  };
}

std::vector<config::Field> transfer_fields() {
  return {
      field("cache", &StaticOptions::cache, config::map_of(cache_rule()))
          .doc("How long clients keep files, by glob from the root on; the first that fits decides. `*` is within one "
               "segment, `**` over several, {a,b} are alternatives; without a slash the glob is about the name. "
               "Values: a duration, \"immutable\", \"no-cache\", \"no-store\", \"none\". For other files: HTML and "
               "service workers (`sw.js`, `service-worker.js`, `registerSW.js`, `firebase-messaging-sw.js`, "
               "`ngsw-worker.js`, `ngsw.json`) are checked each time; code, fonts and pictures are immutable where "
               "their names hold a hash of the content, as bundlers write them; the rest is kept for a minute. A hash "
               "is: everything in `_next/static`, `_nuxt`, `_astro` and `_app/immutable`; `app.3f2a9c1b.js`, with "
               "eight or more hexadecimal digits; `index-BxZ3kd9a.js` directly in `assets`; `chunk-6ZQ7KXYV.js`. In "
               "pictures "
               "it counts only in `assets`, `assets/images` and `static/media`. Write a rule for other tools; `sluice "
               "check` proposes it. A file that is sent in place of a missing one is never immutable.")
          .example("{ \"*.pdf\" = \"1d\", \"/assets/**\" = \"immutable\" }"),
      field("types", &StaticOptions::types, config::map_of(site::media_type()))
          .doc(
              "Media types by extension, before the ones that are built in and those of the system. Text is said to be "
              "UTF-8, unless the type has a charset of its own.")
          .example("{ \"gltf\" = \"model/gltf+json\" }"),
      field("default_type", &StaticOptions::default_type, site::media_type())
          .doc("Media type of files whose names have no extension, or an unknown one. Without it they are "
               "application/octet-stream, which browsers download.")
          .example("\"text/plain\""),
      field("precompressed", &StaticOptions::precompressed, config::boolean())
          .otherwise("true")
          .doc("Whether `app.js.br`, `app.js.zst` and `app.js.gz` are sent for app.js to clients that take them. One "
               "that is older than its source, or is not compressed as its name says, is ignored. Where there is no "
               "app.js, other clients get it decoded; one too large for the memory that `file_cache` gives a worker is "
               "answered with 406. `game.wasm.br` asked for by this name is sent likewise, as game.wasm with "
               "Content-Encoding, and so are the `.gz` files that Unity puts into `Build`; other `.gz` and `.zst` "
               "files are downloaded as they are.")
          .example("false"),
      field(
          "security_headers", &StaticOptions::security_headers,
          config::one_of<SecurityHeaders>(
              {{"off", SecurityHeaders::off}, {"basic", SecurityHeaders::basic}, {"strict", SecurityHeaders::strict}}))
          .otherwise("\"off\"")
          .doc(
              "A set of security header fields for browsers. basic: Referrer-Policy, X-Frame-Options, "
              "Cross-Origin-Opener-Policy, Permissions-Policy. strict: these and a Content-Security-Policy that allows "
              "the site itself only. `headers` may change each. `X-Content-Type-Options: nosniff` is always sent.")
          .example("\"basic\""),
      field("headers", &StaticOptions::headers, site::header_settings())
          .doc("Header fields of the responses, with placeholders; `false` removes one that the server sets for all, "
               "or that files have. For Cache-Control use `cache`. A Cache-Control set here replaces it. It is not "
               "added to error responses. Content-Encoding, Content-Range, Accept-Ranges, ETag and Last-Modified are "
               "the server's own.")
          .example("{ Access-Control-Allow-Origin = \"*\" }"),
      field("errors", &StaticOptions::errors, site::error_body())
          .doc("Form of the error bodies here. Without it the server's form holds.")
          .example("\"html\""),
  };
}

/// "*.{png, jpg}" without the blanks at the ends of alternatives, which people write as in a list.
std::string without_blanks(std::string_view glob) {
  std::string tidy;
  std::size_t depth = 0;
  for (char c : glob) {
    bool inside = depth > 0;
    while (inside && (c == ',' || c == '}') && tidy.ends_with(' ')) tidy.pop_back();
    if (inside && c == ' ' && (tidy.ends_with('{') || tidy.ends_with(','))) continue;
    tidy += c;
    if (c == '{') ++depth;
    if (c == '}' && inside) --depth;
  }
  return tidy;
}

bool is_extension(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  return !http::MimeTypes::builtin().type_of_extension(to_lower(name)).empty();
}

void check_glob(const config::Named<std::string>& rule, config::Diagnostics& diagnostics) {
  auto globs = expand_glob(rule.name);
  if (!globs) {
    diagnostics.error("bad-glob", rule.name_span, "`" + rule.name + "` fits no file").label = globs.error().message;
    return;
  }
  if (rule.name.find('[') != std::string::npos) {
    diagnostics.warning("bad-glob", rule.name_span, "`[` stands for itself here").label =
        "`?` is any character, and {a,b} are alternatives";
  }
  if (auto tidy = without_blanks(rule.name); tidy != rule.name) {
    diagnostics.warning("bad-glob", rule.name_span, "a blank in `{}` is a part of the name").label =
        "write `" + tidy + "`";
  }
  if (std::ranges::all_of(*globs, is_extension)) {
    auto meant = (globs->front().starts_with('.') ? "*" : "*.") + rule.name;
    diagnostics
        .warning("bad-glob", rule.name_span, "`" + rule.name + "` fits files of just this name, not an extension")
        .label = "write `" + meant + "`";
  }
}

}  // namespace

const config::Fields<StaticOptions>& static_fields() {
  static const config::Fields<StaticOptions> all = [] {
    config::Fields<StaticOptions> fields;
    for (auto&& part : {place_fields(), page_fields(), transfer_fields()}) {
      fields.insert(fields.end(), part.begin(), part.end());
    }
    return fields;
  }();
  return all;
}

void check_names(const StaticOptions& options, config::Diagnostics& diagnostics) {
  const config::Named<std::string>* all = nullptr;  // a rule for every file
  for (const auto& rule : options.cache) {
    check_glob(rule, diagnostics);
    if (all) {
      auto& finding = diagnostics.warning("never-used", rule.name_span, "this rule of `cache` is never used");
      finding.notes.push_back({all->name_span, "this one fits every file, and the first that fits decides"});
    } else if (rule.name == "*" || rule.name == "**" || rule.name == "/**") {
      all = &rule;
    }
  }
  for (const auto& type : options.types) {
    auto name = std::string_view(type.name).substr(type.name.starts_with('.') ? 1 : 0);
    if (name.empty() || name.find_first_of("./*") != std::string_view::npos)
      diagnostics.error("bad-extension", type.name_span,
                        "`" + type.name + "` is no extension: that is what stands behind the last dot of a name");
  }
}

StaticSettings to_settings(const StaticOptions& options, const site::Compression& compression, FileHeaders headers) {
  StaticSettings settings;
  settings.root = *options.root;
  settings.symlinks = options.symlinks;
  settings.hidden = options.hidden;
  settings.clean_urls = options.clean_urls;
  settings.spa = options.spa;
  settings.listing = options.listing;
  if (options.not_found) settings.not_found = **options.not_found;
  for (const auto& name : options.index) settings.index.push_back(*name);
  for (const auto& attempt : options.attempts) settings.attempts.push_back(*attempt);

  std::vector<std::pair<std::string, std::string>> rules;
  for (const auto& rule : options.cache) {
    auto globs = expand_glob(rule.name);
    for (const auto& glob : globs.value_or(std::vector<std::string>())) rules.emplace_back(glob, rule.value);
  }
  settings.cache = CachePolicy(std::move(rules));
  for (const auto& type : options.types) {
    settings.types.set(to_lower(type.name.starts_with('.') ? type.name.substr(1) : type.name), type.value);
  }
  if (options.default_type) settings.default_type = http::with_charset(*options.default_type);
  settings.codings.precompressed = options.precompressed;
  settings.codings.compress = compression.wanted;
  settings.codings.least = compression.min_size;
  settings.headers = std::move(headers);
  return settings;
}

std::vector<site::HeaderTemplate> security_headers(SecurityHeaders set) {
  std::vector<site::HeaderTemplate> headers;
  auto add = [&](const char* name, const char* value) { headers.push_back({name, {value, {}}}); };
  if (set == SecurityHeaders::off) return headers;
  add("Referrer-Policy", "strict-origin-when-cross-origin");
  add("X-Frame-Options", "SAMEORIGIN");
  add("Cross-Origin-Opener-Policy", "same-origin");
  add("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  if (set != SecurityHeaders::strict) return headers;
  add("Content-Security-Policy",
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; "
      "base-uri 'self'; form-action 'self'; "
      "frame-ancestors 'self'");
  return headers;
}

}  // namespace sluice::files
