#pragma once

#include <string>

#include "handlers/file_headers.hpp"
#include "handlers/served_file.hpp"
#include "http/exchange.hpp"

namespace sluice::handlers {

/// Answers a request for which there is no file: 404, or 405 where routes would have served the path to other
/// methods.
void respond_not_found(http::Exchange& exchange);

/// Answers an exchange whose file could not be opened: as above where there is nothing to serve, 503 when
/// this process is out of something. The client learns nothing of the file system; the log says which
/// component of the path failed, its owner and mode. `relative` lies below `root`; `error` is an errno.
void respond_with_fault(http::Exchange& exchange, const std::string& root, const std::string& relative,
                        int error);

/// Answers with `file`, or what the conditions and ranges of the request make of it; with a `status` other
/// than 200 always with the whole file.
void respond_with_file(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file,
                       const FileHeaders& headers, http::Status status = 200);

}  // namespace sluice::handlers
