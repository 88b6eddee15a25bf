#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "config/fields/fields.hpp"

/// `compress` and `compress_min_size`, which [server], [[route]] and [[static]] have.
namespace sluice::site {

struct CompressionOptions {
  std::optional<bool> compress;
  std::optional<Bytes> min_size;
};

const config::Fields<CompressionOptions>& compression_fields();

/// What holds where a table has `own` and [server] has `server`.
struct Compression {
  bool wanted = true;
  bool demanded = false;  // the config says so: streams, too
  std::uint64_t min_size = 1024;

  Compression(const CompressionOptions& own, const CompressionOptions& server);
};

}  // namespace sluice::site
