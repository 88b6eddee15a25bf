#pragma once

#include <string>

#include "files/lookup/root.hpp"

/// What must be remembered of files that changed a moment ago, because their times cannot tell: a bounded
/// number of them, for all threads. Asked when a file is read anew, not for each request. `name` is the full
/// path.
namespace sluice::files {

/// Whether Last-Modified would be ambiguous: we have seen the file in another state that was modified in the
/// same second, so that a client which only sends If-Modified-Since would keep the old one.
bool changed_twice_within_a_second(const std::string& name, const FileIdentity& identity);

/// Notes that this state was served and is not there any more, however old it was.
void note_replaced(const std::string& name, const FileIdentity& identity);

/// Notes the ETag that was made of the content of this state, so that it need not be read whole once more.
void note_content_tag(const std::string& name, const FileIdentity& identity, std::string etag);
/// That ETag; empty where none is known.
std::string content_tag_of(const std::string& name, const FileIdentity& identity);

}  // namespace sluice::files
