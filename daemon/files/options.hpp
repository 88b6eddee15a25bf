#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "config/fields/fields.hpp"
#include "files/site.hpp"
#include "site/settings/compression.hpp"
#include "site/settings/error_body.hpp"
#include "site/settings/headers.hpp"

namespace sluice::files {

/// Sets of header fields for the security of a site: the key `security_headers`.
enum class SecurityHeaders : std::uint8_t { off, basic, strict };

/// The keys of [[static]].
struct StaticOptions {
  bool access_log = true;  // whether requests are in the access log
  std::vector<config::Located<std::string>> paths;
  std::vector<config::Located<std::string>> hosts;
  config::Located<std::string> root;
  std::vector<config::Located<std::string>> index;
  std::vector<config::Located<Attempt>> attempts;
  bool clean_urls = false;
  bool spa = false;
  std::optional<config::Located<std::string>> not_found;
  bool listing = false;
  Symlinks symlinks = Symlinks::inside;
  bool hidden = false;
  std::vector<config::Named<std::string>> cache;
  std::vector<config::Named<std::string>> types;
  std::optional<std::string> default_type;
  bool precompressed = true;
  SecurityHeaders security_headers = SecurityHeaders::off;
  site::HeaderSettings headers;
  std::optional<site::ErrorBody> errors;
};

const config::Fields<StaticOptions>& static_fields();

/// Reports what cannot work of `cache` and `types`, whose keys are patterns and extensions.
void check_names(const StaticOptions& options, config::Diagnostics& diagnostics);

/// What the handler needs of the options. `headers` are those of the response, merged.
StaticSettings to_settings(const StaticOptions& options, const site::Compression& compression, FileHeaders headers);

/// The fields of a set, in front of which those of the config stand.
std::vector<site::HeaderTemplate> security_headers(SecurityHeaders set);

}  // namespace sluice::files
