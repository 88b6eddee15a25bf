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

/// The settings of a table with the keys `own`, where [server] has the keys `server`.
struct Compression {
  bool wanted = true;
  bool demanded = false;  // `compress = true` is in the config: streams are compressed, too
  std::uint64_t min_size = 1024;

  Compression(const CompressionOptions& own, const CompressionOptions& server);
};

}  // namespace sluice::site
