#include "cli/rights.hpp"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"

namespace sluice::cli {
namespace {

constexpr const char* service_user = "sluice";
constexpr const char* service_folder = "/etc/sluice/";

struct Account {
  uid_t user;
  gid_t group;
};

std::optional<Account> find_account(const std::string& name) {
  std::array<char, 4096> buffer;
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return Account{found->pw_uid, found->pw_gid};
}

bool is_of_the_service(const std::string& file) {
  std::error_code unreadable;
  return std::filesystem::weakly_canonical(file, unreadable).native().starts_with(service_folder);
}

}  // namespace

void add_user_option(Arguments& arguments, std::string& user) {
  arguments.add({.names = "--user",
                 .value = user,
                 .help =
                     "See files with the rights of this user. Default: your own; for root and a file in /etc/sluice, "
                     "those of sluice, as which the service runs",
                 .type = "NAME"});
}

std::string service_of(const std::string& file) {
  std::error_code unreadable;
  auto path = std::filesystem::weakly_canonical(file, unreadable);
  bool is_there = path.parent_path().native() + "/" == service_folder && path.extension() == ".toml";
  if (!is_there) return {};
  auto name = path.stem().string();
  return name == "sluice" ? name : "sluice@" + name;
}

std::expected<std::string, int> take_rights(const std::string& user, const std::string& file) {
  bool asked = !user.empty();
  if (!asked && (::geteuid() != 0 || !is_of_the_service(file))) return std::string();
  const auto& name = asked ? user : service_user;
  auto account = find_account(name);
  if (!account) {
    if (!asked) return std::string();
    complain("there is no user `" + name + "`");
    return std::unexpected(exit_usage);
  }
  if (account->user == ::geteuid()) return std::string();
  if (::initgroups(name.c_str(), account->group) == 0 && ::setgid(account->group) == 0 &&
      ::setuid(account->user) == 0) {
    return name;
  }
  complain("cannot take the rights of the user `" + name + "`: " + std::strerror(errno) +
           (::geteuid() == 0 ? "" : "; only root may"));
  return std::unexpected(exit_permission);
}

bool is_service_user() {
  auto account = find_account(service_user);
  return account && account->user == ::geteuid();
}

}  // namespace sluice::cli
