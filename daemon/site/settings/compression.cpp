#include "site/settings/compression.hpp"

namespace sluice::site {

const config::Fields<CompressionOptions>& compression_fields() {
  static const config::Fields<CompressionOptions> all = {
      config::field("compress", &CompressionOptions::compress, config::boolean())
          .doc("Whether text, code and the like are compressed for clients that take it. By default everything is but "
               "event streams, which `true` compresses, too; that takes 50 KB for each. What is compressed of a "
               "[[static]] file is kept in memory; where it cannot be, or much else is waiting to be compressed, the "
               "file is sent as it is. Set it to false where a "
               "response has a secret in it next to what a client sent.")
          .example("false"),
      config::field("compress_min_size", &CompressionOptions::min_size, config::size(0_B, 10_MiB))
          .doc("Contents smaller than this are sent as they are. 1KiB by default.")
          .example("\"256B\""),
  };
  return all;
}

Compression::Compression(const CompressionOptions& own, const CompressionOptions& server)
    : wanted(own.compress.value_or(server.compress.value_or(true))),
      demanded(own.compress.value_or(false)),
      min_size(own.min_size.value_or(server.min_size.value_or(1_KiB)).count) {}

}  // namespace sluice::site
