#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/findings/diagnostics.hpp"
#include "site/site.hpp"

/// What the service of a config sees of the file system: less than the administrator who checks the config.
namespace sluice::cli {

/// The settings of a systemd unit that hide files or make them read-only (systemd.exec(5)).
class Sandbox {
 public:
  /// That of the installed unit `unit` ("sluice.service", "sluice@shop.service") with its drop-ins; nothing where no
  /// such unit is installed. `folders` hold units, the most important one first.
  static std::optional<Sandbox> of_unit(const std::string& unit, const std::vector<std::string>& folders);

  /// Why the service cannot read `path`, which is absolute and without links; empty when the sandbox does not hide it.
  std::string hides(std::string_view path) const;
  /// Why the service cannot write to `path`; empty when the sandbox lets it.
  std::string protects(std::string_view path) const;
  /// How to let the service have what it needs.
  std::string remedy(const std::string& path, bool to_write) const;

 private:
  void read(const std::string& file);
  void set(const std::string& key, const std::string& value);
  /// "ProtectHome=yes", for messages.
  std::string setting(const std::string& key) const;
  bool is_visible(std::string_view path) const;
  std::string word(const std::string& key) const;
  std::vector<std::string> words(const std::string& key) const;

  std::string unit_;
  std::string instance_;
  std::map<std::string, std::string> settings_;  // of [Service]; those that are lists are joined by spaces
};

/// Reports the files of a service's config that the service does not see or cannot write to. `file` is the config, and
/// `site` was made from it if it was good. Reports nothing when the config is not that of an installed service.
void check_sandbox(const std::string& file, const site::Site* site, config::Diagnostics& diagnostics);

}  // namespace sluice::cli
