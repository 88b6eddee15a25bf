#include "handlers/served_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/text.hpp"
#include "handlers/content_hash.hpp"
#include "handlers/recent_changes.hpp"
#include "http/date.hpp"

namespace sluice::handlers {

namespace {

/// Larger files are not hashed: the loop would stand still for too long.
constexpr std::uint64_t largest_hashed = 8 * 1024 * 1024;

/// Reads up to `size` octets from `offset`; fewer at the end of the file. The error is an errno.
std::expected<std::string, int> read_at(int fd, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    auto got = ::pread(fd, bytes.data() + have, size - have, static_cast<off_t>(offset + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::expected<FileIdentity, int> identity_of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return std::unexpected(errno);
  return FileIdentity(status);
}

/// Whether a change from now on must show in the time of change. The kernel's clock for files ticks every 4
/// or 10 ms; file systems with coarser times (FAT: 2 s) have no fractions of a second.
bool is_settled(const FileIdentity& identity) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  std::int64_t age = (now.tv_sec - identity.changed) * 1'000'000'000 + now.tv_nsec - identity.changed_nanos;
  std::int64_t granularity = identity.changed_nanos == 0 ? 2'500'000'000 : 25'000'000;
  return age > granularity;
}

/// Times that builds write into every file alike.
bool is_meaningful(std::int64_t modified) {
  return modified > 1;
}

std::string quoted(std::string_view tag) {
  return '"' + std::string(tag) + '"';
}

void append_number(std::string& text, std::uint64_t number) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  do {
    text += digits[number % 36];
    number /= 36;
  } while (number != 0);
}

std::string tag_of(const FileIdentity& identity) {
  std::string tag;
  append_number(tag, identity.inode);
  tag += '-';
  append_number(tag, identity.size);
  tag += '-';
  append_number(tag, static_cast<std::uint64_t>(identity.modified * 1'000'000'000 + identity.modified_nanos));
  return quoted(tag);
}

/// The tag of a large file's content; empty when it changes or fails meanwhile.
std::string hash_large(int fd, const FileIdentity& identity) {
  constexpr std::size_t piece = 256 * 1024;
  ContentHash hash;
  for (std::uint64_t at = 0; at < identity.size; at += piece) {
    auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece, identity.size - at));
    auto bytes = read_at(fd, at, wanted);
    if (!bytes || bytes->size() != wanted) return {};
    hash.add(*bytes);
  }
  return quoted(hash.finish());
}

/// A tag of content is remembered while the file stays as it is, so that it does not change for another kind
/// of tag as soon as the file counts as settled.
std::string etag_of_large(int fd, const std::string& name, const FileIdentity& identity, bool settled) {
  bool hashed = !settled || !is_meaningful(identity.modified);
  auto fresh = settled ? content_tag_of(name, identity) : FreshTag{};
  if (!fresh.etag.empty()) return fresh.etag;
  if (!hashed && !fresh.known) return tag_of(identity);
  if (identity.size > largest_hashed) return hashed ? std::string() : tag_of(identity);
  auto etag = hash_large(fd, identity);
  if (!etag.empty()) note_content_tag(name, identity, etag, settled);
  return etag;
}

/// Reads a small file whole, again when it changes under the reader's hands, and opens a large one. EAGAIN
/// when it never holds still.
int read_content(ReadableFile& readable, ServedFile& file) {
  int fd = readable.descriptor.get();
  file.identity = readable.identity;
  for (int tries = 0; tries < 8; ++tries) {
    if (file.identity.size > small_file) {
      file.file = std::make_shared<const net::OpenFile>(readable.descriptor.release());
      return 0;
    }
    auto bytes = read_at(fd, 0, file.identity.size);
    if (!bytes) return bytes.error();
    auto after = identity_of(fd);
    if (!after) return after.error();
    if (bytes->size() == file.identity.size && *after == file.identity) {
      file.bytes = std::move(*bytes);
      return 0;
    }
    file.identity = *after;
  }
  return EAGAIN;
}

/// `.ts` is TypeScript in a web site, unless it begins like an MPEG transport stream: a sync octet every 188.
bool is_transport_stream(const ServedFile& file) {
  constexpr std::size_t packet = 188;
  constexpr char sync = 0x47;
  if (file.size() <= packet) return false;
  auto read =
      file.file ? read_at(file.file->fd(), 0, packet + 1) : std::expected<std::string, int>(file.bytes);
  return read && read->size() > packet && read->front() == sync && (*read)[packet] == sync;
}

void set_field(FieldList& fields, std::string_view name, std::string_view value) {
  if (!value.empty()) fields.emplace_back(name, value);
}

/// The fields of a 200, those of the config in place of ours where the names are the same.
FieldList fields_of(const ServedFile& file, const FileTraits& traits) {
  FieldList own;
  set_field(own, "Content-Type", file.content_type);
  set_field(own, "ETag", file.etag);
  if (file.validators.last_modified != http::Validators::no_date) {
    set_field(own, "Last-Modified", http::format_date(file.validators.last_modified));
  }
  set_field(own, "Accept-Ranges", "bytes");
  set_field(own, "Cache-Control", traits.cache_control);
  set_field(own, "X-Content-Type-Options", "nosniff");
  if (traits.headers != nullptr) traits.headers->merge_into(own);
  return own;
}

FieldList without(FieldList fields, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    std::erase_if(fields, [&](const auto& line) { return equals_ignoring_case(line.first, name); });
  }
  return fields;
}

/// The time of modification as a validator, where it is one. One in the future would make caches wait for it
/// (RFC 9110 §8.8.2.1).
std::int64_t last_modified_of(const FileIdentity& identity, const std::string& name) {
  bool usable = is_meaningful(identity.modified) && identity.modified <= std::time(nullptr) &&
                !changed_twice_within_a_second(name, identity);
  return usable ? identity.modified : http::Validators::no_date;
}

void describe(ServedFile& file, const FileTraits& traits) {
  file.validators = {file.etag, last_modified_of(file.identity, traits.name)};
  auto fields = fields_of(file, traits);
  file.fields = http::FixedFields(fields);
  file.partial_fields = http::FixedFields(without(fields, {"Content-Type"}));
  file.error_fields =
      http::FixedFields(without(fields, {"ETag", "Last-Modified", "Accept-Ranges", "Cache-Control"}));
}

}  // namespace

std::size_t ServedFile::footprint() const {
  return sizeof(ServedFile) + bytes.capacity() + 3 * (fields.http1().size() + partial_fields.http1().size());
}

std::expected<std::shared_ptr<const ServedFile>, int> load_file(const FileNode& node,
                                                                const FileTraits& traits) {
  auto readable = FileRoot::open(node);
  if (!readable) return std::unexpected(readable.error());
  auto file = std::make_shared<ServedFile>();
  if (int error = read_content(*readable, *file)) return std::unexpected(error);

  file->settled = is_settled(file->identity);
  file->etag = file->file ? etag_of_large(file->file->fd(), traits.name, file->identity, file->settled)
                          : quoted(content_hash(file->bytes));
  bool video = ends_with_ignoring_case(traits.name, ".ts") && is_transport_stream(*file);
  file->content_type = video ? "video/mp2t" : traits.content_type;
  describe(*file, traits);
  return file;
}

}  // namespace sluice::handlers
