#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::http {

/// Octets of a representation: `length` of them from `offset`. Never empty.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;

  std::uint64_t end() const { return offset + length; }
  bool operator==(const ByteRange&) const = default;
};

/// What a Range field asks of a representation.
class Ranges {
 public:
  enum class Kind : std::uint8_t {
    whole,          // no Range that can be honoured: answer 200 as if there were none
    partial,        // 206 with list()
    unsatisfiable,  // 416
  };
  /// More ranges than this in one request are ignored (RFC 9110 §14.2): they serve attacks, not readers.
  static constexpr std::size_t most = 64;

  /// Reads a Range value for a representation of `size` octets. Ranges that overlap or touch become one; otherwise they
  /// stay in the order of the request. Other units and bad syntax give `whole`.
  static Ranges parse(std::string_view field, std::uint64_t size);

  Kind kind() const { return kind_; }
  std::span<const ByteRange> list() const { return {ranges_.data(), count_}; }

 private:
  void add(ByteRange range);

  Kind kind_ = Kind::whole;
  std::size_t count_ = 0;
  std::array<ByteRange, most> ranges_;
};

}  // namespace sluice::http
