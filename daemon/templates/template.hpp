#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"
#include "templates/scope.hpp"

/// Texts with placeholders, compiled when the config is loaded. `{name}` stands for a value, `{{` and `}}`
/// for braces.
namespace sluice::templates {

/// How values are written into the text around them.
enum class Escape : std::uint8_t {
  none,       // as it is: text bodies
  html,       // & < > " '
  json,       // inside a JSON string
  field,      // a header field value: CR, LF and NUL become spaces, other controls too
  uri,        // inside a path: everything but unreserved and "/" percent-encoded
  name_part,  // a part of a name whose parts "/" separates: "/" and "%" percent-encoded
  log,        // one line: control characters as \xNN, \n, \t …
  quoted,     // the same between quotes: `"` and `\` as well
};

/// A compiled template. Immutable.
class Template {
 public:
  Template() = default;
  explicit Template(std::string constant);

  /// Compiles `text`; unknown names, unclosed braces and empty names are reported at their own columns within
  /// `text.span` where the text is a plain one-line string, else at the whole string.
  static Template compile(const config::Located<std::string>& text, const Scope& scope, Escape escape,
                          config::Diagnostics& diagnostics);
  /// A TOML value as JSON text: keys in order, numbers as written; a string that is one lone placeholder
  /// gives the value with its type, other strings are templates. Keys may hold placeholders too. Dates become
  /// strings.
  static Template compile_json(const config::Value& value, const Scope& scope, config::Diagnostics& diagnostics);

  bool constant() const { return pieces_.size() <= 1 && (pieces_.empty() || !pieces_[0].dynamic); }
  /// The text, when constant().
  std::string_view constant_text() const;
  /// Appends the text to `out`. Null values become nothing ("null" as a lone JSON value).
  void render(const Values& values, std::string& out) const;
  /// The text in `arena`, or the Template's own when it is constant.
  std::string_view render(const Values& values, Arena& arena) const;
  /// The placeholders used, for checks.
  std::vector<const Placeholder*> placeholders() const;

 private:
  struct Piece {
    bool dynamic = false;
    bool typed = false;  // a lone JSON placeholder
    std::string text;    // constant
    Placeholder placeholder;
  };
  friend class TemplateCompiler;

  std::vector<Piece> pieces_;
  Escape escape_ = Escape::none;
};

/// Appends `text` to `out` with the escaping of `escape`. Octets that are not UTF-8 become U+FFFD in `json`
/// (which must stay valid JSON) and \xNN in `log`.
void append_escaped(std::string& out, std::string_view text, Escape escape);

}  // namespace sluice::templates
