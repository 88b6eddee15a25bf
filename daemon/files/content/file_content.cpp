#include "files/content/file_content.hpp"

#include <sys/uio.h>

#include <cerrno>
#include <optional>
#include <utility>

namespace sluice::files {

std::expected<std::string, int> read_at(int fd, std::uint64_t offset, std::size_t size, Waiting waiting) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    iovec part{bytes.data() + have, size - have};
    auto place = static_cast<off_t>(offset + have);
    auto got = ::preadv2(fd, &part, 1, place, waiting == Waiting::never ? RWF_NOWAIT : 0);
    if (got < 0 && errno == EINTR) continue;
    // Some file systems cannot say whether they would have to wait.
    if (got < 0) return std::unexpected(errno == EOPNOTSUPP ? EAGAIN : errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::expected<FileContent, int> read_content(const FileNode& node, net::Storage storage, Waiting waiting) {
  auto readable = FileRoot::open(node);
  if (!readable) return std::unexpected(readable.error());
  int fd = readable->descriptor.get();
  FileContent content;
  content.identity = readable->identity;
  for (int tries = 0; tries < 8; ++tries) {
    if (content.identity.size > small_file) {
      const auto& identity = content.identity;
      std::optional<net::FileState> state;  // the times of other file systems may go on by themselves
      if (storage != net::Storage::remote) {
        auto sample = net::sample_of(fd, identity.size, waiting == Waiting::allowed);
        if (!sample) return std::unexpected(sample.error());
        content.sample = *sample;
        state = {identity.size, identity.modified, identity.modified_nanos, std::move(*sample)};
      }
      content.file = std::make_shared<const net::OpenFile>(readable->descriptor.release(), storage, state);
      return content;
    }
    auto bytes = read_at(fd, 0, content.identity.size, waiting);
    if (!bytes) return std::unexpected(bytes.error());
    struct stat status{};
    if (::fstat(fd, &status) != 0) return std::unexpected(errno);
    FileIdentity after(status);
    if (bytes->size() == content.identity.size && after == content.identity) {
      content.bytes = std::move(*bytes);
      return content;
    }
    content.identity = after;
  }
  return std::unexpected(EBUSY);
}

}  // namespace sluice::files
