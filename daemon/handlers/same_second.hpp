#pragma once

#include <string>

#include "handlers/file_root.hpp"

namespace sluice::handlers {

/// Whether Last-Modified would be ambiguous for a file: we have seen it, or may have seen it, in another
/// state that was modified in the same second, so that a client which only sends If-Modified-Since would keep
/// the old one. Remembers the states of recently changed files, a bounded number of them, for all threads.
/// Called when a file is read anew, not for each request.
bool changed_twice_within_a_second(const std::string& name, const FileIdentity& identity);

}  // namespace sluice::handlers
