#include "site/settings/compression.hpp"

namespace sluice::site {

const config::Fields<CompressionOptions>& compression_fields() {
  static const config::Fields<CompressionOptions> all = {
      config::field("compress", &CompressionOptions::compress, config::boolean())
          .doc("Whether responses with text, code and similar content are compressed for clients that accept it. By "
               "default all are, except event streams. `true` compresses event streams, too; each then uses 50 KB "
               "of memory. Compressed [[static]] files are kept in memory. A file is sent uncompressed if there is "
               "no room for it, or if many others wait to be compressed. Set it to false for a response that "
               "contains both a secret and data from the client.")
          .example("false"),
      config::field("compress_min_size", &CompressionOptions::min_size, config::size(0_B, 10_MiB))
          .doc("Smaller responses are not compressed. Default: 1KiB.")
          .example("\"256B\""),
  };
  return all;
}

Compression::Compression(const CompressionOptions& own, const CompressionOptions& server)
    : wanted(own.compress.value_or(server.compress.value_or(true))),
      demanded(own.compress.value_or(server.compress.value_or(false))),
      min_size(own.min_size.value_or(server.min_size.value_or(1_KiB)).count) {}

}  // namespace sluice::site
