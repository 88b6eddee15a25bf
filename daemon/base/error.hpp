#pragma once

#include <expected>
#include <string>
#include <utility>

namespace sluice {

/// What went wrong, in words made for the person who will read it.
struct Error {
  std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for returning an Error from a function that returns a Result.
inline std::unexpected<Error> fail(std::string message) { return std::unexpected(Error{std::move(message)}); }

}  // namespace sluice
