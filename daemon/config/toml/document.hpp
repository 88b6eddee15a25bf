#pragma once

#include <string>
#include <vector>

#include "config/fields/fields.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

/// One appearance of a section: the table and the hosts for which its file declares it.
struct Declaration {
  std::string name;  // of a table [section.name] in a section of named tables, else empty
  Span name_span;
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
    std::vector<Declaration> declarations;  // in order of files, then of lines; one for a plain [table], one for a name
  };
  std::vector<Part> parts;
  std::vector<std::string> files;  // absolute, main file first
  std::vector<std::string> blank;  // those of them without a single character

  const std::vector<Declaration>* find(std::string_view section) const;
};

/// Reads every table of a section of named tables with the keys of `fields`, in the order of files and lines. Those
/// with errors are left out.
template <class Options>
std::vector<Named<Options>> read_named(const Document& document, const std::string& section,
                                       const Fields<Options>& fields, Reading& reading) {
  std::vector<Named<Options>> named;
  const auto* declarations = document.find(section);
  if (!declarations) return named;
  for (const auto& [name, span, table, hosts, hosts_known] : *declarations) {
    auto options = read(table, "[" + section + "." + name + "]", fields, reading);
    if (options) named.push_back({name, span, std::move(*options), table.span});
  }
  return named;
}

/// Reads `file` and all it includes. Syntax errors, unreadable files, include cycles, unknown top-level keys,
/// [table] against [[table]], a key of a plain table in two files, a name that is declared twice and unset variables
/// are reported. The sections that could be read are returned all the same, so that one run finds what is wrong in
/// them. A file with a syntax error has none, but the files that it includes are read if the error is below its first
/// table header.
Document load(const std::string& file, Diagnostics& diagnostics);

/// The same for a text in memory that is called `name` in findings. Includes are resolved against the working
/// directory.
Document load_text(const std::string& name, const std::string& text, Diagnostics& diagnostics);

}  // namespace sluice::config
