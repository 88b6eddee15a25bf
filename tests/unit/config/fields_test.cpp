#include <doctest/doctest.h>

#include "config/document.hpp"
#include "config/fields.hpp"

namespace {

using namespace sluice;
using namespace sluice::config;
using namespace std::chrono_literals;

struct Limits {
  Bytes header_bytes;
  std::int64_t count = 0;
};
const Fields<Limits>& limits_fields() {
  static const Fields<Limits> fields = {
      field("header_bytes", &Limits::header_bytes, size(1_KiB, 1_MiB)).otherwise("\"16KiB\""),
      field("count", &Limits::count, integer(1, 100)).otherwise("7"),
  };
  return fields;
}

struct Sample {
  std::int64_t workers = 0;
  std::chrono::milliseconds timeout{};
  Limits limits;
  std::vector<Located<std::string>> names;
  std::optional<std::string> root;
};
const Fields<Sample>& sample_fields() {
  static const Fields<Sample> fields = {
      field("workers", &Sample::workers,
            either({Value::Kind::string}, one_of<std::int64_t>({{"auto", 0}}), integer(1, 64)))
          .otherwise("\"auto\""),
      field("timeout", &Sample::timeout, duration(1s, 1h)).otherwise("\"30s\""),
      field("limits", &Sample::limits, table(limits_fields())),
      field("names", &Sample::names, one_or_more(non_empty_string())).required(),
      field("root", &Sample::root, path()),
  };
  return fields;
}
const SectionEntry sample_section("sample", false, "A table for tests.",
                                  []() -> const std::vector<Field>& { return sample_fields(); });

/// Reads [sample] from `text`.
std::optional<Sample> read_sample(const std::string& text, Diagnostics& diagnostics) {
  auto document = load_text("test.toml", text, diagnostics);
  const auto* declarations = document.find("sample");
  if (!declarations) return std::nullopt;
  Reading reading{diagnostics};
  return read(declarations->front().table, "[sample]", sample_fields(), reading);
}

TEST_CASE("keys that are absent have their defaults, those of inner tables too") {
  Diagnostics diagnostics;
  auto sample = read_sample("[sample]\nnames = \"a\"\n", diagnostics);
  REQUIRE(sample);
  CHECK(sample->workers == 0);
  CHECK(sample->timeout == 30s);
  CHECK(sample->limits.header_bytes == 16_KiB);
  CHECK(sample->limits.count == 7);
  CHECK_FALSE(sample->root);
}

}  // namespace
