#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/value.hpp"

namespace sluice::config {

/// One appearance of a section: the table and the hosts for which its file declares it.
struct Declaration {
  Value table;
  std::vector<Located<std::string>> hosts;  // file-wide `host = …`; empty: none
  bool hosts_known = true;                  // false: some could not be read, which was reported
};

/// Whether nothing was wrong with what `table` says for `key`, of which `read` values could be used: a value, or the
/// items of an array.
bool is_read(const Value& table, std::string_view key, std::size_t read);

/// All files of a configuration, merged: includes followed, ${env:NAME} expanded, places kept.
struct Document {
  struct Part {
    std::string section;                    // "server", "route" …
    std::vector<Declaration> declarations;  // in order of files, then of lines; one for a plain [table]
  };
  std::vector<Part> parts;
  std::vector<std::string> files;  // absolute, main file first
  std::vector<std::string> blank;  // those of them without a single character

  const std::vector<Declaration>* find(std::string_view section) const;
};

/// Reads `file` and all it includes. Syntax errors, unreadable files, include cycles, unknown top-level keys,
/// [table] against [[table]], a key of a plain table in two files and unset variables are reported. The sections that
/// could be read are returned all the same, so that one run finds what is wrong in them. A file with a syntax error has
/// none, but the files that it includes are read if the error is below its first table header.
Document load(const std::string& file, Diagnostics& diagnostics);

/// The same for a text in memory that is called `name` in findings. Includes are resolved against the working
/// directory.
Document load_text(const std::string& name, const std::string& text, Diagnostics& diagnostics);

}  // namespace sluice::config
