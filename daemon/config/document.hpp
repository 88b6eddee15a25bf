#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.hpp"
#include "config/value.hpp"

namespace sluice::config {

/// One appearance of a section: the table and, where its file sets one, the host for which it is declared.
struct Declaration {
  Value table;
  Located<std::string> host;  // file-wide `host = "…"`; empty: none
};

/// All files of a configuration, merged: includes followed, ${env:NAME} expanded, places kept.
struct Document {
  struct Part {
    std::string section;                    // "server", "route" …
    std::vector<Declaration> declarations;  // in order of files, then of lines; one for a plain [table]
  };
  std::vector<Part> parts;
  std::vector<std::string> files;  // absolute, main file first

  const std::vector<Declaration>* find(std::string_view section) const;
};

/// Reads `file` and all it includes. Syntax errors, unreadable files, include cycles, unknown top-level keys,
/// [table] against [[table]], a plain table in two files and unset variables are reported; what could be read
/// is returned all the same, so that one run finds everything.
Document load(const std::string& file, Diagnostics& diagnostics);

/// The same for a text in memory that is called `name` in findings. Includes are resolved against the working
/// directory.
Document load_text(const std::string& name, const std::string& text, Diagnostics& diagnostics);

}  // namespace sluice::config
