#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "files/content/file_content.hpp"
#include "files/headers.hpp"
#include "files/lookup/root.hpp"
#include "http/content/coding.hpp"
#include "http/fields/conditional.hpp"
#include "http/fields/range.hpp"
#include "http/response.hpp"
#include "net/protocol.hpp"

namespace sluice::files {

/// One state of a file in one content coding, ready to be sent: its content or an open descriptor, its
/// validators, its header fields as octets, and the usual responses. Immutable; shared by the cache of a worker and by
/// responses in flight.
struct ServedFile {
  FileIdentity identity;
  /// The file had been left alone for long enough when it was read: a later change gives it another identity.
  bool settled = false;

  http::Coding coding = http::Coding::identity;
  std::string etag;  // strong, with quotes; empty: none can be given
  http::Validators validators;
  std::string content_type;
  http::FixedFields fields;          // of a 200
  http::FixedFields partial_fields;  // without Content-Type: of a 304 or multipart 206
  http::FixedFields error_fields;    // without validators and ranges: with another status, as the page of an error has

  bool stands_in = false;                    // see FileTraits
  std::uint64_t size = 0;                    // octets of content
  std::shared_ptr<const std::string> bytes;  // the content, unless `file` is set
  std::shared_ptr<const net::OpenFile> file;

  /// A stretch of the content.
  http::BodyPart content(http::ByteRange range) const;
  /// Octets of memory that it takes.
  std::size_t footprint() const;
};

using ServedFilePtr = std::shared_ptr<const ServedFile>;

/// What is known of a file before it is opened.
struct FileTraits {
  std::string name;                              // full path, for messages and for the extension
  std::string content_type;                      // what the extension says
  std::string_view cache_control;                // may be empty
  const FileHeaders* headers = nullptr;          // of the config; they take the place of those made here
  net::Storage storage = net::Storage::disk;     // where it lies
  bool varies = false;                           // there are, or may be, other codings of it
  bool gzipped = false;                          // the file itself is, as a "drawing.svgz"
  http::Coding coding = http::Coding::identity;  // in which it lies there, "app.js.br" without an "app.js"
  bool stands_in = false;                        // it is sent under names that are not its own
  bool for_navigation = false;                   // only to who takes HTML
};

/// Reads the file behind `node`. The error is an errno; with Waiting::never it is EAGAIN where the content is
/// not in memory.
std::expected<ServedFilePtr, int> load_file(const FileNode& node, const FileTraits& traits,
                                            Waiting waiting = Waiting::allowed);

/// Reads the file behind `node` as another coding of `plain`: the sibling "app.js.br" of "app.js". Its type is
/// that of `plain`, its Last-Modified the later one of both; `traits` are those of `plain` with the sibling's name.
std::expected<ServedFilePtr, int> load_sibling(const FileNode& node, const ServedFile& plain, http::Coding coding,
                                               const FileTraits& traits);

/// `plain` with its content in another coding.
ServedFilePtr with_coding(const ServedFile& plain, http::Coding coding, std::shared_ptr<const std::string> bytes,
                          const FileTraits& traits);

}  // namespace sluice::files
