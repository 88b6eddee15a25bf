#pragma once

#include <ctime>
#include <expected>
#include <string>

#include "handlers/file_content.hpp"

namespace sluice::handlers {

/// The time by the clock that files are stamped with.
timespec time_of_files();

/// Whether a change of the file after `when` must show in its time of change. To be asked with a time before the file
/// was read.
bool is_settled(const FileIdentity& identity, const timespec& when);

/// The strong entity tag of a file, with its quotes; empty where none can be given. `name` is its full path.
/// The error is EAGAIN: it takes a while, and `waiting` does not allow that.
///
/// A small file's is made of its content, so that it is right whatever the times of the file say, and stays
/// the same over deploys that change nothing and on every machine. A large one's is made of inode, size, time of
/// modification and time of change, which nobody can set; where the time of modification means nothing (0 and 1 are
/// what reproducible builds set) or the file is so new that another change might not show in the times, of the content,
/// up to some hundred megabytes. Beyond that a file so new has none.
std::expected<std::string, int> tag_of(const FileContent& content, const std::string& name, bool settled,
                                       Waiting waiting);

/// The time of modification as a validator, where it is one; else http::Validators::no_date.
std::int64_t last_modified_of(const FileIdentity& identity, const std::string& name);

}  // namespace sluice::handlers
