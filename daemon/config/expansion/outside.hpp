#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace sluice::config {

/// Why a value from outside of the configuration is not to be had: a code of diagnostics, what is wrong, what to do.
struct Fault {
  std::string code, message, help;
  bool only_here = false;  // a process of another user, or one that the service manager started, may have it
};
using Expanded = std::expected<std::string, Fault>;

/// The content of a small text file, without the line end at its end. `directory` is where relative names start.
Expanded read_outside_file(std::string_view name, const std::string& directory);

/// A credential that the service manager passed to this process (systemd.exec(5), LoadCredential=).
Expanded read_credential(std::string_view name);
/// Whether this process was given any.
bool has_credentials();

}  // namespace sluice::config
