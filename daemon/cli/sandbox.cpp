#include "cli/sandbox.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "cli/rights.hpp"

namespace sluice::cli {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string>& unit_folders() {
  static const std::vector<std::string> folders = {"/etc/systemd/system", "/run/systemd/system",
                                                   "/usr/local/lib/systemd/system", "/lib/systemd/system"};
  return folders;
}

/// Settings of a unit that name folders, which the service may write to, below these.
struct OwnFolder {
  const char* key;
  const char* base;
};
constexpr std::array own_folders = {OwnFolder{"LogsDirectory", "/var/log/"}, OwnFolder{"StateDirectory", "/var/lib/"},
                                    OwnFolder{"CacheDirectory", "/var/cache/"}, OwnFolder{"RuntimeDirectory", "/run/"}};

constexpr std::array lists = {"ReadWritePaths", "BindPaths",      "BindReadOnlyPaths", "LogsDirectory",
                              "StateDirectory", "CacheDirectory", "RuntimeDirectory"};

bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/' || folder == "/");
}

bool is_below_any(std::string_view path, std::initializer_list<std::string_view> folders) {
  return std::ranges::any_of(folders, [path](auto folder) { return is_below(path, folder); });
}

bool is_on(const std::string& word) { return word == "yes" || word == "true" || word == "1" || word == "on"; }

/// `path` without links, as far as it exists.
std::string resolved(const std::string& path) {
  std::error_code unreadable;
  auto whole = fs::weakly_canonical(path, unreadable);
  return unreadable ? path : whole.string();
}

}  // namespace

std::optional<Sandbox> Sandbox::of_unit(const std::string& unit, const std::vector<std::string>& folders) {
  Sandbox sandbox;
  sandbox.unit_ = unit;
  std::vector<std::string> names = {unit};
  if (auto at = unit.find('@'); at != std::string::npos) {
    sandbox.instance_ = unit.substr(at + 1, unit.rfind('.') - at - 1);
    names.push_back(unit.substr(0, at + 1) + ".service");
  }
  std::error_code none;
  std::string main;
  std::map<std::string, std::string> drop_ins;  // by their names, in whose order they are read
  for (const auto& name : names) {
    for (const auto& folder : folders) {
      auto file = folder + "/" + name;
      if (main.empty() && fs::exists(file, none)) main = file;
      for (const auto& entry : fs::directory_iterator(file + ".d", none))
        if (entry.path().extension() == ".conf") drop_ins.emplace(entry.path().filename(), entry.path());
    }
  }
  if (main.empty()) return std::nullopt;
  sandbox.read(main);
  for (const auto& [name, file] : drop_ins) sandbox.read(file);
  return sandbox;
}

void Sandbox::read(const std::string& file) {
  std::ifstream text(file);
  bool in_service = false;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('[')) in_service = line.starts_with("[Service]");
    auto equals = line.find('=');
    if (!in_service || equals == std::string::npos || line.starts_with('#') || line.starts_with(';')) continue;
    set(std::string(trim(line.substr(0, equals))), std::string(trim(line.substr(equals + 1))));
  }
}

void Sandbox::set(const std::string& key, const std::string& value) {
  auto& setting = settings_[key];
  bool adds = std::ranges::find(lists, key) != lists.end() && !value.empty();
  setting = adds && !setting.empty() ? setting + " " + value : value;
}

std::string Sandbox::word(const std::string& key) const {
  auto found = settings_.find(key);
  return found == settings_.end() ? std::string() : found->second;
}

std::vector<std::string> Sandbox::words(const std::string& key) const {
  std::vector<std::string> out;
  std::istringstream text(word(key));
  for (std::string one; text >> one;) {
    if (auto at = one.find("%i"); at != std::string::npos) one.replace(at, 2, instance_);
    out.push_back(one.substr(std::min(one.find_first_not_of("-+"), one.size())));
  }
  return out;
}

std::string Sandbox::setting(const std::string& key) const { return "`" + key + "=" + word(key) + "` of " + unit_; }

bool Sandbox::is_visible(std::string_view path) const {
  for (const auto* key : {"BindPaths", "BindReadOnlyPaths"}) {
    for (auto place : words(key)) {
      if (auto colon = place.find(':'); colon != std::string::npos) {  // SOURCE:DESTINATION:OPTIONS
        place = place.substr(colon + 1, place.find(':', colon + 1) - colon - 1);
      }
      if (is_below(path, place)) return true;
    }
  }
  return false;
}

std::string Sandbox::hides(std::string_view path) const {
  if (is_visible(path)) return {};
  auto home = word("ProtectHome");
  if ((is_on(home) || home == "tmpfs") && is_below_any(path, {"/home", "/root", "/run/user"}))
    return setting("ProtectHome") + " hides it from the service";
  if (is_on(word("PrivateTmp")) && is_below_any(path, {"/tmp", "/var/tmp"}))
    return setting("PrivateTmp") + " gives the service another one";
  return {};
}

std::string Sandbox::protects(std::string_view path) const {
  if (auto why = hides(path); !why.empty()) return why;
  for (const auto& folder : words("ReadWritePaths"))
    if (is_below(path, folder)) return {};
  for (const auto& folder : words("BindPaths"))
    if (is_below(path, folder.substr(0, folder.find(':')))) return {};
  for (const auto& own : own_folders)
    for (const auto& name : words(own.key))
      if (is_below(path, own.base + name)) return {};
  auto system = word("ProtectSystem");
  bool usr = is_on(system) && is_below_any(path, {"/usr", "/boot", "/efi"});
  bool etc = system == "full" && is_below_any(path, {"/usr", "/boot", "/efi", "/etc"});
  bool all = system == "strict" && !is_below_any(path, {"/dev", "/proc", "/sys"});
  if (usr || etc || all) return setting("ProtectSystem") + " makes it read-only for the service";
  bool home = word("ProtectHome") == "read-only" && is_below_any(path, {"/home", "/root", "/run/user"});
  return home ? setting("ProtectHome") + " makes it read-only for the service" : std::string();
}

std::string Sandbox::remedy(const std::string& path, bool to_write) const {
  auto apply = "; then `systemctl daemon-reload` and `systemctl restart " + unit_ + "`";
  if (is_below_any(path, {"/tmp", "/var/tmp"})) return "move it out of there, to /srv/www say";
  if (!to_write)
    return "move it, to /srv/www say; or copy /usr/share/doc/sluice/drop-ins/home.conf to /etc/systemd/system/" +
           unit_ + ".d/" + apply;
  std::error_code none;
  bool is_folder = fs::is_directory(path, none);
  auto mine = words(is_folder ? "StateDirectory" : "LogsDirectory");
  auto own = mine.empty()
                 ? std::string()
                 : "write it below " + std::string(is_folder ? "/var/lib/" : "/var/log/") + mine.front() + "; or ";
  return own + "put `ReadWritePaths=" + (is_folder ? path : fs::path(path).parent_path().string()) +
         "` below [Service] by `systemctl edit " + unit_ + "`" + apply;
}

void check_sandbox(const std::string& file, const site::Site* site, config::Diagnostics& diagnostics) {
  auto service = service_of(file);
  auto sandbox = service.empty() ? std::nullopt : Sandbox::of_unit(service + ".service", unit_folders());
  if (!sandbox) return;
  auto paths = diagnostics.paths;
  if (site)
    for (const auto& listen : site->server.listen)
      if (listen.value.unix_path.starts_with('/')) paths.push_back({listen.value.unix_path, listen.span, true});
  for (const auto& named : paths) {
    auto path = resolved(named.path);
    auto why = named.is_written ? sandbox->protects(path) : sandbox->hides(path);
    if (why.empty()) continue;
    auto what = named.is_written ? "the service cannot write `" : "the service cannot see `";
    auto& error = diagnostics.error("sandbox", named.span, what + named.path + "`");
    error.label = why;
    error.help = sandbox->remedy(path, named.is_written);
  }
}

}  // namespace sluice::cli
