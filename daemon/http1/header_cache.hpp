#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"

namespace sluice::http1 {

/// A header section (RFC 9112 §5: the field lines and the empty line) that was read, and what it says.
struct HeaderSection {
  std::string octets;
  std::vector<http::FieldLine> fields;  // views into `octets`
  std::string_view host;                // of the Host field, without port
  std::string_view authority;           // the Host field
  bool keep_alive = true;

  /// Its field lines as they lie in `copy`, which holds the same octets.
  void place(const char* copy, std::span<http::FieldLine> to) const;
};

/// The header sections that a worker has read lately. A client sends the same section with most of its requests: a
/// browser with all pictures of a page, a monitor or a load balancer with everything. Finding it here costs one
/// comparison. Without it a browser's request for a small file takes 17 % more CPU, kernel included, with access log
/// and metrics on; one for a short text 11 %. One thread; keeps at most 64 sections of 1 KiB, and as much for their
/// fields.
class HeaderCache {
 public:
  HeaderCache() = default;
  HeaderCache(const HeaderCache&) = delete;  // its sections have views into themselves
  HeaderCache& operator=(const HeaderCache&) = delete;

  /// The known section with which `received` begins, or null. It is latest() until the next find() or store().
  const HeaderSection* find(std::string_view received);
  /// The section that was found or stored last.
  const HeaderSection& latest() const { return sections_[latest_]; }

  /// Keeps a valid section of HTTP/1.1 (Parser::may_be_cached()).
  /// `fields`, `host` and `authority` are views into `octets`. A large one is not kept.
  void store(std::string_view octets, std::span<const http::FieldLine> fields, std::string_view authority,
             std::string_view host, bool keep_alive);

 private:
  static constexpr std::size_t most_octets = 1024;
  static constexpr std::size_t most_fields = 32;

  std::array<HeaderSection, 64> sections_;
  std::uint32_t latest_ = 0;  // stored or found
};

}  // namespace sluice::http1
