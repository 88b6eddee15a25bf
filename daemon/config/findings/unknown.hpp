#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/fields/fields.hpp"

/// What a key that means nothing here may have been meant as.
namespace sluice::config {

/// Reports that the key of `member` is unknown in the table that messages call `where` ("[server]") and whose
/// keys are `known`. Returns the known key that it most likely misspells, or nothing.
std::string_view report_unknown_key(const Member& member, std::string_view where,
                                    const std::vector<std::string_view>& known, Diagnostics& diagnostics);

/// The same for a key or table at the top of a file.
std::string_view report_unknown_section(const Member& member, Diagnostics& diagnostics);

/// What stands between the brackets of a header: "server", "model.NAME".
std::string path_of(const Section& section);

/// A section as its header is written: "[server]", "[[route]]", "[model.NAME]".
std::string header_of(const Section& section);

/// Why a header has these brackets, for one that is written with others.
std::string_view reason_for_brackets(const Section& section);

/// What Sluice calls a thing that other servers call `word`: "write a [[route]] with `path`". Empty: not
/// known.
std::string_view advice_for_foreign_word(std::string_view word);

struct Advice {
  std::string_view text;  // empty: there is none
  std::string_view key;   // that is to be written instead, where it is one
};

/// The same for a word that means something of its own in the table of this name ("static", "log.access").
Advice advice_for_foreign_word(std::string_view word, std::string_view table);

}  // namespace sluice::config
