#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/findings/secrets.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

enum class Severity { warning, error };

/// One finding about a config file. `code` is stable and short ("unknown-key"), for golden tests and editors.
struct Diagnostic {
  Severity severity = Severity::error;
  std::string code;
  std::string message;  // one line, no full stop
  Span span;
  std::string label;  // stands behind the carets: "did you mean `timeout`?"
  struct Note {       // a second place: "first declared here"
    Span span;
    std::string label;
  };
  std::vector<Note> notes;
  std::string help;  // how to mend it, or which keys exist here
};

/// The text of every file that was read, for excerpts. Files are numbered in the order they were read.
struct Source {
  std::string path;  // as shown to the user
  std::string text;
  std::string directory;  // absolute, without a slash at its end: relative names in this file start here
  std::vector<std::string> includes = {};  // absolute patterns (glob(7)) of the files that it includes
};
using Sources = std::vector<Source>;

/// A file or directory that the config names.
struct NamedPath {
  std::string path;  // absolute
  Span span;
  bool is_written = false;  // not only read
};

/// Collects the findings of one run; nothing stops at the first.
class Diagnostics {
 public:
  /// Adds an error and returns it, so that label, notes and help can be set.
  /// The reference is valid until the next call.
  Diagnostic& error(std::string_view code, Span span, std::string message);
  Diagnostic& warning(std::string_view code, Span span, std::string message);

  bool failed() const { return errors_ != 0; }
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return all_.size() - errors_; }
  const std::vector<Diagnostic>& all() const { return all_; }
  /// The finding that was added last, to add to it; null when there is none.
  Diagnostic* last() { return all_.empty() ? nullptr : &all_.back(); }
  /// Orders by file and place, drops what is told twice, and hides secrets; called before the findings are shown.
  void sort();

  Sources sources;
  std::vector<NamedPath> paths;  // as they were read
  Secrets secrets;               // what the sources do not say themselves, and findings must not
  /// The configuration is read on behalf of another process, which may have what this one has not.
  bool for_another_process = false;

 private:
  std::vector<Diagnostic> all_;
  std::size_t errors_ = 0;
};

enum class Format { human, gcc, json };

/// Writes all findings, as sorted. `human` shows excerpts and ends with the counts; `gcc` has lines of the
/// form `file:line:col: error: message [code]`; `json` is one object. `colour` adds ANSI colours to the human
/// form.
std::string render(const Diagnostics& diagnostics, Format format, bool colour);

/// The candidate that `word` most likely misspells (Damerau-Levenshtein, case folded, `-` as `_`),
/// or empty when nothing is near enough to be evidence.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);
/// The first candidate that begins with `word`, or with which it begins: "warning" for "warn". Weaker
/// evidence.
std::string_view completed(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace sluice::config
