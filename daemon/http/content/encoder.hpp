#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/content/coding.hpp"

namespace sluice::http {

/// Compresses the content of one response piece by piece. It prefers speed to size. One thread.
class Encoder {
 public:
  enum class Then : std::uint8_t {
    more,   // pieces follow
    flush,  // the next piece may come late: the client can decode all pieces so far
    end,
  };

  virtual ~Encoder() = default;
  /// Compresses `piece` and appends the available output to `out`. False: out of memory.
  virtual bool append(std::string& out, std::string_view piece, Then then) = 0;

  /// Null for codings that are too slow, and if memory runs out. `small` uses 50 KB and compresses a little less;
  /// otherwise it uses 270 KB.
  static std::unique_ptr<Encoder> make(Coding coding, bool small);
  /// The codings that it makes.
  static constexpr CodingSet codings() {
    CodingSet set;
    set.add(Coding::gzip);
    set.add(Coding::zstd);
    return set;
  }
};

}  // namespace sluice::http
