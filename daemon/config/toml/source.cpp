#include "config/toml/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/error.hpp"
#include "base/utf8.hpp"
#include "config/toml/scanner.hpp"

namespace sluice::config {
namespace {

constexpr std::size_t largest_file = 16 << 20;
constexpr std::size_t most_files = std::numeric_limits<std::uint16_t>::max();
constexpr std::size_t deepest_key = 32;  // parts of a dotted key: each is a level of recursion in the parser

/// A file descriptor that closes itself.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

std::string system_text(int error) { return std::strerror(error); }

Result<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 65536> block{};
  for (;;) {
    auto got = ::read(fd, block.data(), block.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(system_text(errno));
    if (got == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(got));
    if (text.size() > largest_file) return fail("it is larger than 16 MiB");
  }
}

Result<std::string> read_file(const std::string& path) {
  // O_NONBLOCK: opening a pipe must not wait for its writer.
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.fd < 0) return fail(system_text(errno));
  struct stat about{};
  if (::fstat(file.fd, &about) != 0) return fail(system_text(errno));
  if (S_ISDIR(about.st_mode)) return fail("it is a directory");
  if (!S_ISREG(about.st_mode)) return fail("it is no regular file");
  return read_all(file.fd);
}

std::string directory_of_file(const std::string& path) {
  std::error_code ignored;
  auto directory = std::filesystem::absolute(path, ignored).lexically_normal().parent_path().string();
  return directory == "/" ? "" : directory;
}

std::uint16_t add(Source source, Diagnostics& diagnostics) {
  diagnostics.sources.push_back(std::move(source));
  return static_cast<std::uint16_t>(diagnostics.sources.size() - 1);
}

/// Removes a byte order mark and the carriage returns of line ends, neither of which is content.
std::string without_marks(std::string text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.find('\r') == std::string::npos) return text;
  std::string clean;
  clean.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool ends_line = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (!ends_line) clean += text[i];
  }
  return clean;
}

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF") ||
         (text.size() > 3 && text[0] != 0 && text[1] == 0 && text[2] != 0 && text[3] == 0);
}

/// The offset of the first octet that is no UTF-8, or the size.
std::size_t first_invalid(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    at += ascii_prefix(text.substr(at));
    if (at == text.size()) break;
    auto step = utf8_step(text.substr(at));
    if (!step.valid) break;
    at += step.length;
  }
  return at;
}

/// The offset at which a dotted key has become too deep, or npos.
std::size_t first_too_deep(std::string_view text) {
  constexpr std::string_view ends_key = "\n=,[]{}";
  Scanner scanner(text);
  std::size_t dots = 0;
  while (auto token = scanner.next()) {
    if (token->kind == '.' && ++dots >= deepest_key) return token->begin;
    if (ends_key.find(token->kind) != std::string_view::npos) dots = 0;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<std::uint16_t> add_file(const std::string& shown, Span named_at, Diagnostics& diagnostics) {
  auto text = read_file(shown);
  if (text && diagnostics.sources.size() >= most_files) text = fail("there are too many files already");
  if (!text) {
    diagnostics.error("unreadable-file", named_at, "cannot read " + shown + ": " + text.error().message);
    return std::nullopt;
  }
  return add({shown, without_marks(std::move(*text)), directory_of_file(shown)}, diagnostics);
}

std::uint16_t add_text(const std::string& name, std::string text, Diagnostics& diagnostics) {
  return add({name, without_marks(std::move(text)), directory_of_file("text")}, diagnostics);
}

bool check_text(std::uint16_t file, Diagnostics& diagnostics) {
  const auto& text = diagnostics.sources[file].text;
  auto report = [&](std::size_t at, const char* code, const std::string& message) -> Diagnostic& {
    return diagnostics.error(code, span_of(file, text, at, at + 1), message);
  };
  if (is_utf16(text)) {
    report(0, "bad-encoding", "this file is UTF-16, not UTF-8").help = "save it as UTF-8";
    return false;
  }
  if (auto at = first_invalid(text); at < text.size()) {
    report(at, "bad-encoding", "this is not UTF-8").help = "save the file as UTF-8; é in Latin-1, for example, is not";
    return false;
  }
  if (auto at = text.find('\0'); at != std::string::npos) {
    report(at, "bad-encoding", "a NUL stands here: this is no text file");
    return false;
  }
  if (auto at = first_too_deep(text); at != std::string::npos) {
    report(at, "too-deep", "this key has more than " + std::to_string(deepest_key) + " parts");
    return false;
  }
  return true;
}

Span span_of(std::uint16_t file, std::string_view text, std::size_t begin, std::size_t end) {
  Span span;
  span.file = file;
  auto place = [&](std::size_t at, std::uint32_t& line, std::uint32_t& column) {
    auto before = text.substr(0, std::min(at, text.size()));
    auto newline = before.rfind('\n');
    auto line_start = newline == std::string_view::npos ? 0 : newline + 1;
    line = static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n'));
    // Continuation octets do not begin a code point; invalid octets count one each.
    auto starts = std::ranges::count_if(before.substr(line_start), [](char c) { return (c & 0xC0) != 0x80; });
    column = static_cast<std::uint32_t>(1 + starts);
  };
  place(begin, span.line, span.column);
  place(end, span.end_line, span.end_column);
  bool at_line_end = begin >= text.size() || text[begin] == '\n';
  if (at_line_end) {  // what is missing there is marked with one column
    span.end_line = span.line;
    span.end_column = span.column + 1;
  }
  return span;
}

}  // namespace sluice::config
