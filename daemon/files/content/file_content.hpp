#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "files/lookup/root.hpp"
#include "net/protocol.hpp"

namespace sluice::files {

/// Files up to this size are held in memory and sent in one system call with their head.
inline constexpr std::uint64_t small_file = 64 * 1024;

/// Reads up to `size` octets from `offset`; fewer at the end of the file. The error is an errno.
std::expected<std::string, int> read_at(int fd, std::uint64_t offset, std::size_t size, Waiting waiting);

/// One state of a file: small with its octets, large with an open descriptor.
struct FileContent {
  FileIdentity identity;
  std::string bytes;
  std::shared_ptr<const net::OpenFile> file;  // null: `bytes` is all
  std::string sample;                         // see net::sample_of(), of `file`; empty on remote storage
};

/// Opens the file behind `node`, which lies on `storage`, and reads it if it is small; again when it changes
/// under the reader's hands. The error is an errno: EBUSY when it never holds still, EAGAIN with
/// Waiting::never when the content is not in memory.
std::expected<FileContent, int> read_content(const FileNode& node, net::Storage storage, Waiting waiting);

}  // namespace sluice::files
