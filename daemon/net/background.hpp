#pragma once

#include <functional>

#include "net/loop.hpp"

namespace sluice::net {

/// Runs `work` in the thread pool, so that a slow disk or a long computation holds up nobody, and then `done`
/// in the loop's thread. Neither is ever given up: what they refer to must live as long as they do.
void run_in_background(Loop& loop, std::function<void()> work, std::function<void()> done);

}  // namespace sluice::net
