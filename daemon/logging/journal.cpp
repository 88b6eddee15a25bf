#include "logging/journal.hpp"

#include <sys/stat.h>

#include <cstdio>

namespace sluice::logging::journal {

namespace {

std::string_view priority(Level level) {
  switch (level) {
    case Level::debug: return "<7>";
    case Level::warning: return "<4>";
    case Level::error: return "<3>";
    case Level::info:
    case Level::off: break;
  }
  return "<6>";
}

}  // namespace

bool is_stream(const char* journal_stream, int fd) {
  unsigned long long device = 0;
  unsigned long long inode = 0;
  struct stat info{};
  return journal_stream && std::sscanf(journal_stream, "%llu:%llu", &device, &inode) == 2 && ::fstat(fd, &info) == 0 &&
         info.st_dev == device && info.st_ino == inode;
}

std::string with_priority(Level level, std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
    if (line.empty()) continue;  // the journal drops empty lines anyway
    lines.append(priority(level)).append(line).push_back('\n');
  }
  return lines;
}

}  // namespace sluice::logging::journal
