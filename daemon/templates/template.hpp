#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "base/error.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"
#include "templates/value.hpp"

/// Texts with placeholders, compiled when the config is loaded. `{name}` stands for a value, `{{` and `}}`
/// for braces.
namespace sluice::templates {

/// Where the value of a placeholder comes from.
enum class Origin : std::uint8_t {
  path,       // path parameter, by index
  query,      // declared query parameter, by index
  raw_query,  // {query.X}: undeclared, decoded text of the first X, empty text when absent
  header,     // {header.X}, empty text when absent
  cookie,     // {cookie.X}, empty text when absent
  body,       // {body}: the raw request body
  method,
  path_text,  // {path}: the decoded path of the request
  host,
  remote_ip,
  request_id,
  now,          // RFC 3339, UTC
  uuid,         // version 4, a new one for each placeholder
  environment,  // {env.X}: of the process when the config is loaded; never left in a compiled template
  message,      // WebSocket: the whole message
  member,       // WebSocket: {message.a.b}, by name "a.b"
  room_name,    // WebSocket rooms: {room.name}
  room_count,   // {room.count}: how many members it has now
  port,         // of the first listener; only in [server] banner
  status,       // of the response; in error bodies and logs
  reason,       // its phrase
  detail,       // what exactly was wrong, may be empty
};

/// A placeholder after compilation.
struct Placeholder {
  Origin origin = Origin::path;
  std::uint16_t index = 0;
  std::string name;  // of header, cookie, query, member
};

/// Which names may be used where a template stands. Built by whoever owns the template.
class Scope {
 public:
  void add(std::string name, Placeholder placeholder);
  /// Names with a free part: add_prefix("header.", Origin::header) allows {header.anything}. A name that was
  /// added later hides an earlier one, so path parameters go last.
  void add_prefix(std::string prefix, Origin origin);
  /// The built-ins of a request: body, method, path, host, query.X, header.X, cookie.X, env.X, remote.ip,
  /// request.id, now, uuid.
  static Scope request();
  const Placeholder* find(std::string_view name) const;  // null: unknown; whole names only
  std::vector<std::string_view> names() const;           // for suggestions; prefixes end with a dot
  /// Whether `name` may be used, also by a prefix; `found` then says what it stands for.
  bool accepts(std::string_view name, Placeholder& found) const;
  /// Whether a template that was compiled with it has {body}.
  bool uses_body() const { return uses_body_; }
  void note_use(Origin origin) const { uses_body_ |= origin == Origin::body; }

 private:
  std::vector<std::pair<std::string, Placeholder>> names_;
  std::vector<std::pair<std::string, Origin>> prefixes_;
  mutable bool uses_body_ = false;
};

/// Gives the values while a request or message is served.
class Values {
 public:
  virtual ~Values() = default;
  virtual Value get(const Placeholder& placeholder) const = 0;
};

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
