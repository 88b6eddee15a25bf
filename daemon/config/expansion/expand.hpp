#pragma once

#include <string_view>

#include "config/findings/diagnostics.hpp"
#include "config/toml/value.hpp"

namespace sluice::config {

/// Replaces ${kind:argument} in every string of `value` and below, keys left alone. `$${` stands for `${`.
/// An unset variable, an unknown kind and an unclosed `${` are reported at their place.
///
/// `${name}` without a colon is no expansion: it is a `$` before the placeholder `{name}`. A name in capitals
/// is reported all the same, because `${HOME}` is what shells write.
void expand(Value& value, Diagnostics& diagnostics);

/// The place of `length` octets at `offset` of a string's content, when the string stands in one line without
/// escapes or expansions; else the place of the whole string.
Span place_within(const Value& string, std::size_t offset, std::size_t length);

}  // namespace sluice::config
