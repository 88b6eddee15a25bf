#include "config/sample.hpp"

#include <doctest/doctest.h>

namespace sluice::config::test {
namespace {

using namespace std::chrono_literals;

const Fields<Limits>& limits_fields() {
  static const Fields<Limits> fields = {
      field("header_bytes", &Limits::header_bytes, size(1_KiB, 1_MiB))
          .otherwise("\"16KiB\"")
          .doc("Largest head of a request.")
          .example("\"32KiB\""),
      field("count", &Limits::count, integer(1, 100)).otherwise("7").doc("How many."),
  };
  return fields;
}

const Fields<Listen>& listen_fields() {
  static const Fields<Listen> fields = {
      field("address", &Listen::address, non_empty_string()).required().doc("Where.").example("\":80\""),
      field("secure", &Listen::secure, boolean()).otherwise("false").doc("Whether with TLS."),
  };
  return fields;
}

Type<Listen> listen() {
  auto address = parsed<Listen>("address", "host:port", "bad-address", [](const std::string& text) -> Result<Listen> {
    if (text.find(':') == std::string::npos) return fail("there is no port in it");
    return Listen{text, false};
  });
  return either({Value::Kind::string}, address, table(listen_fields()));
}

const SectionEntry sample_section("sample", false, "A table for tests.",
                                  []() -> const std::vector<Field>& { return sample_fields(); });
const SectionEntry thing_section("thing", true, "Tables for tests.",
                                 []() -> const std::vector<Field>& { return thing_fields(); });

}  // namespace

const Fields<Sample>& sample_fields() {
  static const Fields<Sample> fields = {
      field("workers", &Sample::workers,
            either({Value::Kind::string}, one_of<std::int64_t>({{"auto", 0}}), integer(1, 64)))
          .otherwise("\"auto\""),
      field("timeout", &Sample::timeout, duration(1s, 1h)).otherwise("\"30s\"").doc("How long."),
      field("limits", &Sample::limits, table(limits_fields())).doc("What is too much."),
      field("names", &Sample::names, any_number(non_empty_string())).otherwise("[]"),
      field("listen", &Sample::listen, one_or_more(listen())).otherwise("\":80\""),
      field("root", &Sample::root, path()),
      field("level", &Sample::level, one_of<Level>({{"debug", Level::debug}, {"info", Level::info}})),
      field("ratio", &Sample::ratio, number(0, 1)),
      field("strict", &Sample::strict, boolean()).otherwise("true"),
      field("weights", &Sample::weights, map_of(integer(0, 10))),
      field("red", &Sample::red, string()).excludes("colour"),
      field("green", &Sample::green, string()).excludes("colour"),
      field("anything", &Sample::anything, any()),
      field("word", &Sample::word, string()),
  };
  return fields;
}

const Fields<Thing>& thing_fields() {
  static const Fields<Thing> fields = {
      field("path", &Thing::path, string()).required().doc("Where.").example("\"/x\""),
      field("say", &Thing::say, string()).one_of_group("action"),
      field("show", &Thing::show, string()).one_of_group("action"),
  };
  return fields;
}

Outcome read_text(const std::string& text) {
  Outcome outcome;
  auto document = load_text("test.toml", text, outcome.diagnostics);
  Reading reading{outcome.diagnostics};
  if (const auto* tables = document.find("sample")) {
    outcome.sample = read(tables->front().table, "[sample]", sample_fields(), reading);
  }
  if (const auto* tables = document.find("thing")) {
    for (const auto& declaration : *tables) {
      if (auto thing = read(declaration.table, "[[thing]]", thing_fields(), reading)) outcome.things.push_back(*thing);
    }
  }
  outcome.diagnostics.sort();
  return outcome;
}

std::string Outcome::place() const {
  std::string out;
  for (const auto& finding : diagnostics.all()) {
    const auto& span = finding.span;
    out += (out.empty() ? "" : "; ") + std::to_string(span.line) + ":" + std::to_string(span.column) + "-" +
           std::to_string(span.end_column) + " " + finding.code;
  }
  return out;
}

const Diagnostic& Outcome::only() const {
  REQUIRE_MESSAGE(diagnostics.all().size() == 1, render(diagnostics, Format::human, false));
  return diagnostics.all().front();
}

}  // namespace sluice::config::test
