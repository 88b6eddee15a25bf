#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::files {

/// Whether a file has a name that a bundler made of its content, so that it never changes under that name.
enum class NameHash : std::uint8_t {
  none,
  possible,  // it may hold a hash, though no tool is known that writes it so there: a person has to decide
  words,     // of a form that tools write, while it reads as words
  sure,
};

/// Looks for a hash in the name of a file; `relative` is its path below the root. A wrong guess makes clients keep an
/// old file for a year. A missed hash costs one request a minute. So only code, fonts, pictures and films can have one,
/// and only in the forms that known tools write:
///
/// - all below `_next/static`, `_app/immutable`, `_astro` and `_nuxt`;
/// - eight or more hexadecimal digits at the end of the name, behind `.` or `-`: webpack, Parcel, Rails, Phoenix;
/// - directly in `assets`, eight characters of base64url: Vite, Rollup, VitePress, which has `assets/chunks`, too. Code
///   may have any behind `-`; else those that read as words are none: `icon-arrow-up.svg`;
/// - `chunk-6ZQ7KXYV.js` and the names of Angular.
///
/// Pictures and films have one only in `assets`, `assets/images` and `static/media`, or as Hugo names them: elsewhere
/// people name photographs and avatars by identifiers that look like hashes.
NameHash hash_in_name(std::string_view relative);

/// Whether the file is served as one that never changes.
inline bool has_content_hash(std::string_view relative) { return hash_in_name(relative) >= NameHash::words; }

}  // namespace sluice::files
