#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

/// What the user can ask about the language; all of it made from the key tables.
namespace sluice::config {

/// The reference of all keys as Markdown.
std::string reference();

/// What is known of a key ("server.limits.header_bytes"), a table ("server.limits", "route") or, where only
/// the end of the name is given ("header_bytes"), of all keys with that end. The error says which names are
/// near. Lines are wrapped to `width` columns.
Result<std::string> explain(std::string_view key, std::size_t width = 80);

/// What can be explained: a table of contents.
std::string contents(std::size_t width = 80);

}  // namespace sluice::config
