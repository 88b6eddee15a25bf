#pragma once

#include <string>

#include "handlers/file_root.hpp"

/// What must be remembered of files that changed a moment ago, because their times cannot tell: a bounded
/// number of them, for all threads. Asked when a file is read anew, not for each request. `name` is the full
/// path.
namespace sluice::handlers {

/// Whether Last-Modified would be ambiguous: we have seen the file in another state that was modified in the
/// same second, so that a client which only sends If-Modified-Since would keep the old one.
bool changed_twice_within_a_second(const std::string& name, const FileIdentity& identity);

/// Notes that this state was served and is not there any more, however old it was.
void note_replaced(const std::string& name, const FileIdentity& identity);

/// Notes that the ETag of this state was made of the content, because it was too fresh for its times to be
/// trusted.
void note_content_tag(const std::string& name, const FileIdentity& identity, std::string etag, bool settled);

/// What a state that has settled by now was tagged with when it was fresh.
struct FreshTag {
  bool known = false;
  std::string etag;  // empty: the content must be hashed once more, it may have changed since
};
FreshTag content_tag_of(const std::string& name, const FileIdentity& identity);

}  // namespace sluice::handlers
