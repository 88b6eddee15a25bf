#include "files/content/tag.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "files/content/content_hash.hpp"
#include "files/content/recent_changes.hpp"
#include "http/content/compressible.hpp"
#include "http/fields/conditional.hpp"
#include "net/loop/background.hpp"

namespace sluice::files {

namespace {

/// Text is compressed for those who take that, beside which a hash costs little. What changes all the time, a log say,
/// would be read whole for each request.
constexpr std::uint64_t largest_hashed_text = 8 * 1024 * 1024;
/// Where times mean nothing.
constexpr std::uint64_t largest_hashed = 256 * 1024 * 1024;

/// 0 and 1 are what builds write into every file alike.
bool is_meaningful(std::int64_t modified) { return modified > 1; }

std::string quoted(std::string_view tag) { return '"' + std::string(tag) + '"'; }

void append_number(std::string& text, std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  do {
    text += digits[number % 36];
    number /= 36;
  } while (number != 0);
}

/// The same for every copy that has its times from the original: the inode and the time of change are its own. Times
/// may be set, so some octets are in it as well, where reading them waits for nobody else.
std::string tag_of_times(const FileContent& content) {
  const auto& identity = content.identity;
  std::string tag;
  append_number(tag, identity.size);
  tag += '-';
  append_number(tag, static_cast<std::uint64_t>(identity.modified * 1'000'000'000 + identity.modified_nanos));
  return quoted(tag + '-' + content_hash(content.sample));
}

/// The tag of a large file's content; empty when it cannot be read whole.
std::string hash_large(const FileContent& content) {
  constexpr std::size_t piece = 256 * 1024;
  ContentHash hash;
  for (std::uint64_t at = 0; at < content.identity.size; at += piece) {
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece, content.identity.size - at));
    auto bytes = read_at(content.file->fd(), at, wanted, Waiting::allowed);
    if (!bytes || bytes->size() != wanted) return {};
    hash.add(*bytes);
    net::note_progress_of_work();
  }
  return quoted(hash.finish());
}

/// Whether the tag is made of all octets of a large file.
bool is_hashed(const FileIdentity& identity, std::string_view content_type, bool settled) {
  if (http::is_compressible(content_type) && identity.size <= largest_hashed_text) return true;
  return !is_meaningful(identity.modified) && identity.size <= (settled ? largest_hashed : largest_hashed_text);
}

/// Copies of one file must not differ in the kind of their tag, so that this depends on nothing but type, size and time
/// of modification. A tag of content is remembered while the file stays as it is.
std::expected<std::string, int> tag_of_large(const FileContent& content, const std::string& name,
                                             std::string_view content_type, bool settled, Waiting waiting) {
  const auto& identity = content.identity;
  if (!is_hashed(identity, content_type, settled)) return settled ? tag_of_times(content) : std::string();
  if (settled) {
    if (auto known = content_tag_of(name, identity); !known.empty()) return known;
  }
  if (waiting == Waiting::never) return std::unexpected(EAGAIN);
  auto etag = hash_large(content);
  if (!etag.empty() && settled) note_content_tag(name, identity, etag);
  return etag;
}

}  // namespace

timespec time_of_files() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now;
}

bool is_settled(const FileIdentity& identity, const timespec& when) {
  std::int64_t age = (when.tv_sec - identity.changed) * 1'000'000'000 + when.tv_nsec - identity.changed_nanos;
  // The kernel's clock for files ticks every 4 or 10 ms; file systems with coarser times (FAT: 2 s) have no
  // fractions.
  std::int64_t granularity = identity.changed_nanos == 0 ? 2'500'000'000 : 25'000'000;
  return age > granularity;
}

std::expected<std::string, int> tag_of(const FileContent& content, const std::string& name,
                                       std::string_view content_type, bool settled, Waiting waiting) {
  if (content.file) return tag_of_large(content, name, content_type, settled, waiting);
  return quoted(content_hash(content.bytes));
}

std::int64_t last_modified_of(const FileIdentity& identity, const std::string& name) {
  // A date in the future would make caches wait for it, and it must not be later than Date (RFC 9110 §8.8.2.1), which
  // may be some milliseconds behind.
  constexpr long behind = 30'000'000;
  auto now = time_of_files();
  auto date = now.tv_sec - (now.tv_nsec < behind ? 1 : 0);
  bool usable =
      is_meaningful(identity.modified) && identity.modified <= date && !changed_twice_within_a_second(name, identity);
  return usable ? identity.modified : http::Validators::no_date;
}

}  // namespace sluice::files
