#include "config/expansion/outside.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/file_descriptor.hpp"
#include "base/utf8.hpp"
#include "config/findings/words.hpp"

namespace sluice::config {
namespace {

/// A password, a token, a key: what is larger is a mistake.
constexpr std::size_t most_octets = 64 * 1024;
constexpr const char* credentials_variable = "CREDENTIALS_DIRECTORY";

std::unexpected<Fault> unreadable(const std::string& path, const std::string& why) {
  return std::unexpected(Fault{"unreadable-value", in_ticks(path) + " cannot be read: " + why, {}});
}

Expanded read_text(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info{};
  if (!file || ::fstat(file.get(), &info) != 0) {
    auto fault = unreadable(path, std::strerror(errno));
    fault.error().only_here = errno == EACCES;
    return fault;
  }
  if (!S_ISREG(info.st_mode)) return unreadable(path, "it is no regular file");
  std::string text(most_octets + 1, '\0');
  auto size = ::read(file.get(), text.data(), text.size());
  if (size < 0) return unreadable(path, std::strerror(errno));
  text.resize(static_cast<std::size_t>(size));
  if (text.size() > most_octets) return unreadable(path, "it is larger than 64 KiB");
  if (!valid_utf8(text) || text.find('\0') != std::string::npos) return unreadable(path, "it is not text in UTF-8");
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

}  // namespace

Expanded read_outside_file(std::string_view name, const std::string& directory) {
  if (name.empty()) return std::unexpected(Fault{"bad-expansion", "the name of a file is missing", "${file:NAME}"});
  return read_text(name.starts_with('/') ? std::string(name) : directory + "/" + std::string(name));
}

bool has_credentials() {
  const char* directory = std::getenv(credentials_variable);
  return directory && *directory;
}

Expanded read_credential(std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos || name.starts_with('.'))
    return std::unexpected(Fault{"bad-expansion", in_quotes(name) + " is no name of a credential", "${cred:NAME}"});
  if (!has_credentials()) {
    return std::unexpected(Fault{
        "no-credential", "this process was given no credentials",
        "the service manager passes them: LoadCredential=" + std::string(name) + ":/path in a drop-in of the unit",
        true});
  }
  return read_text(std::string(std::getenv(credentials_variable)) + "/" + std::string(name));
}

}  // namespace sluice::config
