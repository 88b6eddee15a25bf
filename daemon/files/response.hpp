#pragma once

#include <memory>

#include "files/content/served_file.hpp"
#include "http/exchange.hpp"

namespace sluice::files {

/// The response that a GET or HEAD for `file` gets: 200, 206 with one or several parts, 304, 412 or 416, by
/// the conditional and range fields of the request (RFC 9110 §13, §14). HEAD is answered like GET: with the
/// fields of the 206 that a GET would get, as other servers do, although §14.2 defines ranges for GET only.
/// What it refers to lives in `file`, which stays until the response has been given, and in the arena.
/// Statuses from 400 on have no body yet.
http::Response make_file_response(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file);

/// The whole file with another status: the page of an error. It has no validators, for they would be those of
/// the page.
http::Response make_whole_response(const std::shared_ptr<const ServedFile>& file, http::Status status);

}  // namespace sluice::files
