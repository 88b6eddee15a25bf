#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/fields/fields.hpp"
#include "config/toml/document.hpp"

/// A small language of its own for the tests of config/: [sample] and [[thing]].
namespace sluice::config::test {

struct Limits {
  Bytes header_bytes;
  std::int64_t count = 0;
};

struct Listen {
  std::string address;
  bool secure = false;
};

enum class Level { debug, info };

struct Sample {
  std::int64_t workers = -1;
  std::chrono::milliseconds timeout{};
  Limits limits;
  std::vector<Located<std::string>> names;
  std::vector<Located<Listen>> listen;
  std::optional<std::string> root;
  std::optional<Level> level;
  std::optional<double> ratio;
  bool strict = false;
  std::vector<Named<std::int64_t>> weights;
  std::optional<Located<std::string>> red, green;
  std::optional<Value> anything;
  std::optional<std::string> word;
};
const Fields<Sample>& sample_fields();

struct Thing {
  std::string path;
  std::optional<std::string> say, show;
};
const Fields<Thing>& thing_fields();

/// What was read from a text, and the findings as "2:5 wrong-type" with message, label, notes and help.
struct Outcome {
  std::optional<Sample> sample;
  std::vector<Thing> things;
  Diagnostics diagnostics;

  /// The only finding, as "line:column-end_column code"; else all of them, which a test then shows.
  std::string place() const;
  const Diagnostic& only() const;
};
Outcome read_text(const std::string& text);

}  // namespace sluice::config::test
