#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sluice::http {

/// Content types by the extension of a file name. Immutable once filled; shared by all threads.
class MimeTypes {
 public:
  static constexpr std::string_view unknown = "application/octet-stream";

  /// The built-in table, which covers the web and is right where lists of systems are old or ambiguous.
  static const MimeTypes& builtin();
  /// The built-in table, and /etc/mime.types (Debian: media-types) for all else. The file is read once.
  static const MimeTypes& system();

  /// The Content-Type value for a file, by the part of its name after the last dot, case ignored; with
  /// charset=utf-8 where text is meant. `unknown` when the extension is not known or there is none.
  std::string_view type_of(std::string_view file_name) const;
  /// The same, but empty when there is no type for it.
  std::string_view find(std::string_view file_name) const;
  /// The same for an extension in lower case without the dot; empty when not known.
  std::string_view type_of_extension(std::string_view extension) const;

  /// Makes `type` the answer for `extension` (lower case, no dot); charset=utf-8 is added to textual types.
  void set(std::string extension, std::string_view type);
  /// Reads the lines of a mime.types file ("type ext ext …") for extensions that are not known yet.
  void add_missing(std::string_view lines);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::string, Hash, std::equal_to<>> types_;
};

/// Whether text is meant, in no encoding that the type itself names: text/*, JavaScript, SVG and other XML. JSON is not
/// in it: it is UTF-8 by itself (RFC 8259).
bool takes_charset(std::string_view media_type);
/// The type with charset=utf-8 where text is meant.
std::string with_charset(std::string_view media_type);

}  // namespace sluice::http
