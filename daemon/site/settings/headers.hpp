#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/fields/fields.hpp"
#include "site/handler.hpp"

namespace sluice::site {

/// What a config says of one response header: a value with placeholders, or nothing for `false`, which
/// removes the header that an outer level set.
using HeaderSetting = std::optional<std::string>;
using HeaderSettings = std::vector<config::Named<HeaderSetting>>;

/// The type of `headers` in the config language. Names that are no tokens, names that the protocol itself
/// looks after (Date, Connection, Content-Length …) and values with control characters are reported.
config::Type<HeaderSettings> header_settings();

/// Whether a header may be set by a config: a token that is not the protocol's business.
bool is_settable_header(std::string_view name);

/// Puts the settings of a table over those of outer levels; names compare without case. Settings that
/// header_settings() refuses are left out.
void merge_headers(std::vector<HeaderTemplate>& headers, const config::Value& table);

}  // namespace sluice::site
