#pragma once

#include <memory>
#include <string>

#include "files/content/served_file.hpp"
#include "files/headers.hpp"
#include "files/site.hpp"
#include "files/waiting.hpp"
#include "http/exchange.hpp"

namespace sluice::files {

/// Answers a request for which there is no file: 404, or 405 where routes would have served the path to other
/// methods. Nobody may keep it, for the next deploy may bring the file. `headers` are those of the files, here and
/// below.
void respond_not_found(http::Exchange& exchange, const FileHeaders& headers);

/// Answers with 503: this process is out of something, or the disk fails.
void respond_unavailable(http::Exchange& exchange, const FileHeaders& headers);

/// Answers with 406: the file is there in `coding` only, which the client does not take, and cannot be decoded here.
void respond_not_acceptable(http::Exchange& exchange, const FileHeaders& headers, http::Coding coding);

/// Makes an exchange wait for work with the file system of the site's root. When nothing comes of that for
/// server.timeouts.file_system it is answered with 503, and the log says why, at most once a minute.
Ticket wait_for_files(http::Exchange& exchange, std::shared_ptr<const StaticSite> site);

/// Redirects (308) to the path of the request with a slash at its end, or without one; the query is kept.
/// Caches ask again each time: two permanent redirects from different deploys would make a loop.
void redirect_with_slash(http::Exchange& exchange, const FileHeaders& headers, bool slash);

/// The same to the path of the request with one slash where several are together, so that a file has one address, from
/// which relative links lead where they should.
void redirect_to_clean_path(http::Exchange& exchange, const FileHeaders& headers);

/// Says in the log why a file could not be opened: which component of the path failed, its owner and mode.
/// `relative` lies below `root`; `error` is an errno. The same cause is told at most once a minute, by whatever names
/// clients ask for. The thread pool finds it out, for some requests a second at most.
void log_fault(http::Exchange& exchange, const std::string& root, const std::string& relative, int error);

/// The same for a name that does not exist: only if the root is gone, a symbolic link leads nowhere, or it is a FIFO
/// or the like.
void log_missing(http::Exchange& exchange, const std::string& root, const std::string& relative);

/// Answers with `file`, or what the conditions and ranges of the request make of it; with a `status` other
/// than 200 always with the whole file.
void respond_with_file(http::Exchange& exchange, const ServedFilePtr& file, const FileHeaders& headers,
                       http::Status status = 200);

}  // namespace sluice::files
