#include "cli/config_option.hpp"

#include <filesystem>

namespace sluice::cli {
namespace {

constexpr const char* local_file = "sluice.toml";
constexpr const char* system_file = "/etc/sluice/sluice.toml";

}  // namespace

void add_config_option(Arguments& arguments, std::string& file) {
  arguments.add({.names = "-c,--config",
                 .value = file,
                 .help = "Config file. Default: ./sluice.toml where there is one, else /etc/sluice/sluice.toml",
                 .type = "FILE"});
}

void add_config_argument(Arguments& arguments, std::string& file) {
  arguments.add({"CONFIG", file, "The same without -c", "FILE", "--config"});
}

std::string config_file(const std::string& given) {
  if (!given.empty()) return given;
  std::error_code unreadable;
  return std::filesystem::exists(local_file, unreadable) ? local_file : system_file;
}

bool finds_config(const std::string& given) {
  std::error_code unreadable;
  auto file = std::filesystem::status(config_file(given), unreadable);
  return !given.empty() || file.type() != std::filesystem::file_type::not_found;
}

}  // namespace sluice::cli
