#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::http {

/// The content codings that Sluice sends (RFC 9110 §8.4.1).
enum class Coding : std::uint8_t { identity, gzip, brotli, zstd };
inline constexpr std::size_t coding_count = 4;

/// All but identity, in the order in which a server likes them: the smallest results first.
inline constexpr std::array<Coding, 3> codings_by_size = {Coding::brotli, Coding::zstd, Coding::gzip};

/// The token of Content-Encoding: "gzip", "br", "zstd".
std::string_view token(Coding coding);
/// What is appended to the name of a file that holds another one compressed: ".gz", ".br", ".zst".
std::string_view extension(Coding coding);

/// The name of the file that holds `name` in a coding: "app.js.br" for "app.js", and for "app.js.br" itself.
std::string name_in(Coding coding, std::string_view name);
/// What such a file holds: "app.js" for "app.js.br".
std::string_view name_without(Coding coding, std::string_view name);
/// The coding that a name tells; identity: none.
Coding coding_of_name(std::string_view name);

/// A set of codings.
class CodingSet {
 public:
  constexpr void add(Coding coding) { bits_ = static_cast<std::uint8_t>(bits_ | 1u << static_cast<unsigned>(coding)); }
  constexpr void remove(Coding coding) {
    bits_ = static_cast<std::uint8_t>(bits_ & ~(1u << static_cast<unsigned>(coding)));
  }
  constexpr bool has(Coding coding) const { return (bits_ >> static_cast<unsigned>(coding)) & 1u; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr bool operator==(const CodingSet&) const = default;
  static constexpr CodingSet all() {
    CodingSet set;
    for (auto coding : codings_by_size) set.add(coding);
    return set;
  }

 private:
  std::uint8_t bits_ = 0;
};

/// The coding in `available` that the Accept-Encoding value `accepted` likes best; of equal weights the one
/// with the smallest result. Identity where it weighs more than all of them, or none is accepted: a response
/// that was not asked for in this form is better than none (RFC 9110 §12.5.3).
Coding choose_coding(std::string_view accepted, CodingSet available);

}  // namespace sluice::http
