#pragma once

#include <ctime>
#include <expected>
#include <string>
#include <string_view>

#include "files/content/file_content.hpp"

namespace sluice::files {

/// The time by the clock that files are stamped with.
timespec time_of_files();

/// Whether a change of the file after `when` must show in its time of change. To be asked with a time before the file
/// was read.
bool is_settled(const FileIdentity& identity, const timespec& when);

/// The strong entity tag of a file, with its quotes; empty where none can be given. `name` is its full path.
/// The error is EAGAIN: it takes a while, and `waiting` does not allow that.
///
/// It is the same on every machine where content, size and time of modification are, so that clients may come to any of
/// them. That of a small file, and of text up to some megabytes, is made of the content, so that it is right whatever
/// the times say. That of another large one is made of size, time of modification and some octets; where that time
/// means nothing (0 and 1 are what reproducible builds set), of the content up to some hundred megabytes. While the
/// file is so new that another change might not show in its times it has none.
std::expected<std::string, int> tag_of(const FileContent& content, const std::string& name,
                                       std::string_view content_type, bool settled, Waiting waiting);

/// The time of modification as a validator, where it is one; else http::Validators::no_date.
std::int64_t last_modified_of(const FileIdentity& identity, const std::string& name);

}  // namespace sluice::files
