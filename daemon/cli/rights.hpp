#pragma once

#include <expected>
#include <string>

#include "cli/arguments.hpp"

/// Whose rights count when a config is read on behalf of the service: root may read what the service's user may not.
namespace sluice::cli {

/// Adds `--user NAME`, which is stored in `user`; it must live until the command has run.
void add_user_option(Arguments& arguments, std::string& user);

/// Gives this process the rights of `user` and of all groups of that user, for good. Without a name it does so where
/// root reads `file` of the service, one below /etc/sluice, and there is the service's user. Returns that user, or
/// nothing where the process keeps the rights that it has; or else an exit code, whose reason has been told.
std::expected<std::string, int> take_rights(const std::string& user, const std::string& file);

/// The unit of systemd that serves this config file: "sluice" for /etc/sluice/sluice.toml, "sluice@NAME" for
/// /etc/sluice/NAME.toml. Empty: none.
std::string service_of(const std::string& file);

/// Whether this process is of the service's user: part of the service, or somebody who has taken that user's rights.
bool is_service_user();

}  // namespace sluice::cli
