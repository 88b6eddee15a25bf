#include "files/lookup/root_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <vector>

#include "files/content/built_name.hpp"
#include "files/lookup/path_fault.hpp"

namespace sluice::files {

namespace {

/// 0, or the errno that opening for reading would give. Nothing is opened: a FIFO must not be.
int access_error(const std::string& path, mode_t type, int wrong_type, int access) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if ((status.st_mode & S_IFMT) != type) return wrong_type;
  return ::faccessat(AT_FDCWD, path.c_str(), access, AT_EACCESS) == 0 ? 0 : errno;
}

/// The code in one directory, as far as no rule of `cache` is about it.
struct BuiltCode {
  std::size_t files = 0;
  std::vector<std::string> possible, words;  // see NameHash
};

std::map<std::string, BuiltCode> built_code_below(const std::string& root, const CachePolicy& cache) {
  namespace fs = std::filesystem;
  constexpr std::size_t most = 5000;
  std::map<std::string, BuiltCode> found;
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
  for (std::size_t count = 0; !error && entry != fs::end(entry) && count < most; entry.increment(error), ++count) {
    auto relative = entry->path().string().substr(root.size() + (root.ends_with('/') ? 0 : 1));
    auto extension = entry->path().extension();
    if ((extension != ".js" && extension != ".mjs" && extension != ".css") || cache.has_rule_for(relative)) continue;
    auto& directory = found[relative.substr(0, relative.rfind('/') + 1)];
    ++directory.files;
    auto hash = hash_in_name(relative);
    if (hash == NameHash::possible) directory.possible.push_back(relative);
    if (hash == NameHash::words) directory.words.push_back(relative);
  }
  return found;
}

}  // namespace

void propose_cache_rules(const config::Located<std::string>& root, const CachePolicy& cache,
                         config::Diagnostics& diagnostics) {
  constexpr std::size_t few = 4;
  for (const auto& [directory, code] : built_code_below(*root, cache)) {
    if (code.possible.size() >= few && code.possible.size() * 2 > code.files) {
      auto& finding = diagnostics.warning("built-names", root.span,
                                          std::to_string(code.possible.size()) + " names as `" + code.possible.front() +
                                              "` may hold a hash of the content");
      finding.label = "these files are kept for a minute";
      finding.help = "if they never change under their names, write cache = { \"/" + directory +
                     "*.{js,mjs,css}\" = \"immutable\" }";
    }
    if (!code.words.empty()) {
      auto& finding =
          diagnostics.warning("built-names", root.span,
                              "the end of the name `" + code.words.front() + "` is taken for a hash of the content");
      finding.label = "browsers keep the file for a year, as those that Vite writes";
      finding.help =
          "if it may change under its name, write cache = { \"/" + code.words.front() + "\" = \"no-cache\" }";
    }
  }
}

bool check_root(const config::Located<std::string>& root, config::Diagnostics& diagnostics) {
  int error = access_error(*root, S_IFDIR, ENOTDIR, R_OK | X_OK);
  if (error == 0) return true;
  diagnostics.error("unreadable-root", root.span, "the root `" + *root + "` cannot be served").label =
      explain_path_fault(*root, error);
  return false;
}

bool check_file(const config::Located<std::string>& file, config::Diagnostics& diagnostics) {
  int error = access_error(*file, S_IFREG, EISDIR, R_OK);
  if (error == 0) return true;
  diagnostics.error("unreadable-file", file.span, "the file `" + *file + "` cannot be served").label =
      error == EISDIR ? "it is not a regular file" : explain_path_fault(*file, error);
  return false;
}

int fault_of_writable_folder(const std::string& folder) { return access_error(folder, S_IFDIR, ENOTDIR, W_OK | X_OK); }

}  // namespace sluice::files
