#pragma once

#include <expected>
#include <string>

#include "handlers/file_content.hpp"

namespace sluice::handlers {

/// Whether a change of the file from now on must show in its time of change.
bool is_settled(const FileIdentity& identity);

/// The strong entity tag of a file, with its quotes; empty where none can be given. `name` is its full path.
/// The error is EAGAIN: it takes a while, and `waiting` does not allow that.
///
/// A small file's is made of its content, so that it is right whatever the times of the file say, and stays
/// the same over deploys that change nothing and on every machine. A large one's is made of inode, size and
/// time of modification; where that time means nothing (0 and 1 are what reproducible builds set) or is so
/// recent that another change might not show in it, of the content too, up to some hundred megabytes, and
/// beyond that there is none.
std::expected<std::string, int> tag_of(const FileContent& content, const std::string& name, bool settled,
                                       Waiting waiting);

/// The time of modification as a validator, where it is one; else http::Validators::no_date.
std::int64_t last_modified_of(const FileIdentity& identity, const std::string& name);

}  // namespace sluice::handlers
