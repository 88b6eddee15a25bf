#pragma once

#include <string>

#include "cli/arguments.hpp"

namespace sluice::cli {

/// Adds `-c FILE`, which is stored in `file`; it must live until the command has run.
void add_config_option(Arguments& arguments, std::string& file);

/// Lets the file of `-c FILE`, which must have been added, be given without `-c`.
void add_config_argument(Arguments& arguments, std::string& file);

/// The config file to read: `given`, or else ./sluice.toml where there is one, or else
/// /etc/sluice/sluice.toml.
std::string config_file(const std::string& given);

/// Whether one was given, or one of the others exists.
bool finds_config(const std::string& given);

}  // namespace sluice::cli
