#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/findings/diagnostics.hpp"

namespace sluice::config {

/// Reads the file called `shown` and adds it to the sources; its number, or nothing when it cannot be read
/// (reported at `named_at`, the place of the name, where there is one). Only regular files of up to 16 MiB
/// are read.
std::optional<std::uint16_t> add_file(const std::string& shown, Span named_at, Diagnostics& diagnostics);

/// Adds a text in memory that belongs to the working directory.
std::uint16_t add_text(const std::string& name, std::string text, Diagnostics& diagnostics);

/// Whether the text of a source is UTF-8 without NUL and without keys of absurd depth; else reports it.
bool check_text(std::uint16_t file, Diagnostics& diagnostics);

/// The place of the octets [begin, end) of `text`, whose lines are those of source number `file`.
Span span_of(std::uint16_t file, std::string_view text, std::size_t begin, std::size_t end);

}  // namespace sluice::config
