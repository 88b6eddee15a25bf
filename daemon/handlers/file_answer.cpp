#include "handlers/file_answer.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>

#include "base/escape.hpp"
#include "handlers/file_response.hpp"
#include "handlers/path_fault.hpp"
#include "site/error_body.hpp"
#include "site/match.hpp"
#include "site/site.hpp"

namespace sluice::handlers {

namespace {

/// Nothing is there, or nothing that may be seen: not worth a line above debug.
bool is_ordinary(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == EINVAL || error == EILSEQ;
}

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == EIO;
}

std::string explain(const std::string& path, int error) {
  if (error == EXDEV) return "`" + path + "` leads out of the root, or through an absolute symbolic link";
  if (error == ELOOP) return "`" + path + "` has too many symbolic links, or one where none may be followed";
  return explain_path_fault(path, error);
}

void respond_with_error(http::Exchange& exchange, http::Status status,
                        std::span<const http::FieldLine> fields) {
  auto response = site::make_error_response(exchange, status, {}, site::errors_of(exchange));
  response.fields.insert(response.fields.end(), fields.begin(), fields.end());
  exchange.respond(std::move(response));
}

}  // namespace

void respond_not_found(http::Exchange& exchange) {
  const auto* match = static_cast<const site::Match*>(exchange.matched);
  if (match == nullptr || match->others.empty()) return site::respond_error(exchange, 404);
  auto allowed = match->others | http::MethodSet{http::Method::options};
  const http::FieldLine allow{"Allow", exchange.arena.copy(allowed.allow())};
  respond_with_error(exchange, 405, {&allow, 1});
}

void respond_with_fault(http::Exchange& exchange, const std::string& root, const std::string& relative,
                        int error) {
  if (!is_ordinary(error) || spdlog::should_log(spdlog::level::debug)) {
    auto level = is_ordinary(error) ? spdlog::level::debug : spdlog::level::warn;
    spdlog::log(level, "cannot serve {}: {}", log_escaped(exchange.request.path),
                log_escaped(explain(root + "/" + relative, error)));
  }
  if (is_exhaustion(error)) return site::respond_error(exchange, 503);
  respond_not_found(exchange);
}

void respond_with_file(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file,
                       const FileHeaders& headers, http::Status status) {
  auto response = status == 200 ? make_file_response(exchange, file) : make_whole_response(file, status);
  if (response.status != status && response.status >= 400) {
    return respond_with_error(exchange, response.status, response.fields);
  }
  headers.render(exchange, response);
  exchange.respond(std::move(response));
}

}  // namespace sluice::handlers
