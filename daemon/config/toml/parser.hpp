#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

/// From TOML text to Values. The parser library is seen by toml.cpp alone.
namespace sluice::config {

/// Parses a whole file: the root table, with places in file number `file` of `diagnostics.sources`. The first syntax
/// error is reported; then nothing is returned.
std::optional<Value> parse_file(std::uint16_t file, Diagnostics& diagnostics);

/// Parses only the lines before the first table, for a file with a syntax error further down. Nothing when the error is
/// in these lines.
std::optional<Value> parse_top(std::uint16_t file, const Diagnostics& diagnostics);

/// Parses the right-hand side of a key; the places in it are unknown. Nothing when it is no TOML.
std::optional<Value> parse_value(std::string_view toml);

/// Parses a text quietly, as parse_file does.
std::optional<Value> parse_text(std::string_view toml);

}  // namespace sluice::config
