#include "cli/config_option.hpp"

#include <CLI/CLI.hpp>
#include <filesystem>

namespace sluice::cli {
namespace {

constexpr const char* local_file = "sluice.toml";
constexpr const char* system_file = "/etc/sluice/sluice.toml";

}  // namespace

void add_config_option(CLI::App& app, std::string& file) {
  app.add_option("-c,--config", file,
                 "Config file. Default: ./sluice.toml where there is one, else /etc/sluice/sluice.toml")
      ->type_name("FILE");
}

void add_config_argument(CLI::App& app, std::string& file) {
  app.add_option("CONFIG", file, "The same without -c")->type_name("FILE")->excludes("--config");
}

std::string config_file(const std::string& given) {
  if (!given.empty()) return given;
  std::error_code unreadable;
  return std::filesystem::exists(local_file, unreadable) ? local_file : system_file;
}

}  // namespace sluice::cli
