#pragma once

#include <cstdint>
#include <string_view>

/// Standard error, whose reader may be slow, asleep or gone: nobody who writes there waits for it. Any thread.
namespace sluice::standard_error {

/// Writes `lines`, each with its line end. False when nothing was written: they are lost, and counted.
bool write(std::string_view lines);

/// How many calls of write() have lost what they had, when there is something to tell and room to tell it: then the
/// count begins anew. Else 0.
std::uint64_t take_lost();

}  // namespace sluice::standard_error
