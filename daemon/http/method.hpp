#pragma once

#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

/// The request methods that Sluice knows (RFC 9110 §9, RFC 5789). Others are answered with 501.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, connect, trace };
inline constexpr std::size_t method_count = 9;

std::string_view name(Method method);
/// Case matters (RFC 9110 §9.1).
std::optional<Method> parse_method(std::string_view text);

/// A set of methods, for routes and Allow.
class MethodSet {
 public:
  constexpr MethodSet() = default;
  constexpr MethodSet(std::initializer_list<Method> methods) {
    for (auto m : methods) add(m);
  }
  constexpr void add(Method m) { bits_ = static_cast<std::uint16_t>(bits_ | (1u << static_cast<unsigned>(m))); }
  constexpr bool has(Method m) const { return (bits_ >> static_cast<unsigned>(m)) & 1u; }
  constexpr bool empty() const { return bits_ == 0; }
  /// The first in the order of the enumeration. Not for an empty set.
  constexpr Method first() const { return static_cast<Method>(std::countr_zero(bits_)); }
  constexpr MethodSet operator|(MethodSet other) const {
    MethodSet both;
    both.bits_ = static_cast<std::uint16_t>(bits_ | other.bits_);
    return both;
  }
  constexpr bool operator==(const MethodSet&) const = default;
  /// "GET, HEAD, OPTIONS", in the order of the enumeration.
  std::string allow() const;

 private:
  std::uint16_t bits_ = 0;
};

}  // namespace sluice::http
