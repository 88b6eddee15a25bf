#include "service/system/process.hpp"

#include <filesystem>
#include <fstream>

namespace sluice::service {

namespace {

namespace fs = std::filesystem;

fs::path folder_of(pid_t process) { return fs::path("/proc") / std::to_string(process); }

std::string name_in(const fs::path& folder) {
  std::ifstream file(folder / "comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::optional<uid_t> user_of(pid_t process) {
  std::ifstream file(folder_of(process) / "status");
  std::string word;
  while (file >> word) {
    uid_t real = 0, effective = 0;
    if (word == "Uid:" && file >> real >> effective) return effective;
  }
  return std::nullopt;
}

std::string program_of(pid_t process) { return name_in(folder_of(process)); }

std::size_t threads_of(pid_t process, std::string_view name) {
  std::error_code ended;
  std::size_t count = 0;
  for (const auto& thread : fs::directory_iterator(folder_of(process) / "task", ended))
    if (name_in(thread.path()) == name) ++count;
  return count;
}

std::string workers_wait(std::size_t wanted, std::size_t running) {
  return "server.workers is " + std::to_string(wanted) + " from the next start on; until then there are " +
         std::to_string(running);
}

}  // namespace sluice::service
