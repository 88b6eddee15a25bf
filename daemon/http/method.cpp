#include "http/method.hpp"

#include <array>

namespace sluice::http {

namespace {

constexpr std::array<std::string_view, method_count> names = {"GET",    "HEAD",    "POST",    "PUT",  "PATCH",
                                                              "DELETE", "OPTIONS", "CONNECT", "TRACE"};

}  // namespace

std::string_view name(Method method) { return names[static_cast<std::size_t>(method)]; }

std::optional<Method> parse_method(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<Method>(i);
  }
  return std::nullopt;
}

std::string MethodSet::allow() const {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!has(static_cast<Method>(i))) continue;
    if (!list.empty()) list += ", ";
    list += names[i];
  }
  return list;
}

}  // namespace sluice::http
