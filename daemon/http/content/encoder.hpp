#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/content/coding.hpp"

namespace sluice::http {

/// Puts a content into a coding piece by piece, fast rather than small: for what is made for one response. One thread.
class Encoder {
 public:
  enum class Then : std::uint8_t {
    more,   // pieces follow
    flush,  // they may be long in coming: the client can decode all it has got
    end,
  };

  virtual ~Encoder() = default;
  /// Appends to `out` what there is of `piece` by now. False when memory runs out.
  virtual bool append(std::string& out, std::string_view piece, Then then) = 0;

  /// Null for codings that are too slow for this, and when memory runs out. `small` takes 50 KB and compresses a little
  /// less; else it takes 270 KB.
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
