#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "handlers/file_headers.hpp"
#include "handlers/file_root.hpp"
#include "http/conditional.hpp"
#include "http/response.hpp"
#include "net/protocol.hpp"

namespace sluice::handlers {

/// One state of a file, ready to be sent: its content or an open descriptor, its validators, and its header
/// fields as octets. Immutable; shared by the cache of a worker and by responses in flight.
struct ServedFile {
  FileIdentity identity;
  /// The file had been left alone for long enough when it was read: a later change gives it another identity.
  bool settled = false;

  std::string etag;  // strong, with quotes; empty: none can be given
  http::Validators validators;
  std::string content_type;
  http::FixedFields fields;          // of a 200
  http::FixedFields partial_fields;  // without Content-Type: of a 304 or multipart 206
  http::FixedFields error_fields;    // without validators and ranges: of the page of an error

  std::string bytes;  // the content, unless `file` is set
  std::shared_ptr<const net::OpenFile> file;

  std::uint64_t size() const { return identity.size; }
  /// Octets of memory that it takes.
  std::size_t footprint() const;
};

/// Files up to this size are sent from memory, in one system call with their head.
inline constexpr std::uint64_t small_file = 64 * 1024;

/// What is known of a file before it is opened.
struct FileTraits {
  std::string name;                      // full path, for messages and for the extension
  std::string_view content_type;         // what the extension says
  std::string_view cache_control;        // may be empty
  const FileHeaders* headers = nullptr;  // of the config; they take the place of those made here
};

/// Reads the file behind `node`. The error is an errno.
///
/// A small file's ETag is made of its content, so that it is right whatever the times of the file say, and
/// stays the same over deploys that change nothing and on every machine. A large one's is made of inode, size
/// and time of modification; where that time means nothing (0 and 1 are what reproducible builds set) or is
/// so recent that another change might not show in it, of the content too, up to a few megabytes, and beyond
/// that there is none.
std::expected<std::shared_ptr<const ServedFile>, int> load_file(const FileNode& node,
                                                                const FileTraits& traits);

}  // namespace sluice::handlers
