#include "files/uploads/upload.hpp"

#include <sys/resource.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/limit_hits.hpp"
#include "base/text.hpp"
#include "http/fields/conditional.hpp"
#include "logging/log.hpp"
#include "site/settings/error_body.hpp"
#include "site/site.hpp"

namespace sluice::files {

namespace {

/// Bytes that are collected for one write.
constexpr std::size_t piece_size = 256 * 1024;

struct Answer {
  http::Status status;
  std::string_view detail;
};

Answer answer_to(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return {507, "there is not enough room on the disk"};
    case EISDIR: return {409, "a directory with this name exists"};
    case ENOTDIR: return {409, "a part of the path is a file"};
    case EEXIST: return {412, "a file with this name exists"};
    case ENAMETOOLONG: return {400, "the file name is too long"};
    case EACCES:
    case EPERM:
    case EROFS: return {403, "the server has no permission to write there"};
    case EXDEV:
    case ELOOP: return {403, "the path contains a symbolic link that is not followed"};
    case EMFILE:
    case ENFILE:
    case ENOMEM: return {503, {}};
    default: return {500, {}};
  }
}

/// Errors that the administrator must fix.
bool is_logged(http::Status status) { return status == 403 || status >= 500; }

std::string cause_of(int error) {
  return error == EXDEV ? "a symbolic link points outside the upload folder" : std::strerror(error);
}

/// RFC 9110 §13.1. Uploads have no entity tags of their own.
bool precondition_fails(const http::Request& request, const std::optional<FileIdentity>& existing) {
  if (!existing) return request.field("If-Match").data() != nullptr;
  http::Now now;
  http::Validators validators{.etag = {}, .last_modified = existing->modified};
  return http::evaluate_preconditions(request, validators, now) == http::Precondition::failed;
}

/// The path of the request. "//name" would be another host.
std::string_view location_of(const http::Request& request) {
  auto path = request.path;
  while (path.starts_with("//")) path.remove_prefix(1);
  return path;
}

/// Each upload has up to three descriptors open: connections must not run out of them.
std::atomic<std::size_t> open_uploads = 0;
std::size_t most_uploads() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return std::max<std::size_t>(4, limit.rlim_cur / 64);
}

void respond_late(http::Exchange& exchange, const UploadPlace& place) {
  note_hit(Limit::file_system_timeout);
  logging::seldom(
      logging::Level::warning,
      "the file system of `" + place.folder.path() +
          "` does not answer within server.timeouts.file_system. Uploads get 503. Check the network and the disk");
  site::respond_error(exchange, 503, "the file system does not answer");
}

}  // namespace

class Upload::Sink final : public http::BodySink {
 public:
  explicit Sink(std::shared_ptr<Upload> upload) : upload_(std::move(upload)) {}
  void on_piece(std::string_view bytes) override { upload_->take(bytes); }
  void on_end() override { upload_->end(); }

 private:
  std::shared_ptr<Upload> upload_;
};

void Upload::begin(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name,
                   std::uint64_t limit) {
  if (open_uploads >= most_uploads()) {
    logging::seldom(logging::Level::warning,
                    "too many uploads at the same time, which get 503: raise the limit of descriptors (LimitNOFILE)");
    return site::respond_error(exchange, 503, "too many uploads at the same time");
  }
  auto upload = std::make_shared<Upload>(exchange, std::move(place), std::move(name), limit);
  upload->run(&Upload::open, &Upload::stream);
}

Upload::Upload(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name,
               std::uint64_t limit)
    : place_(std::move(place)),
      name_(std::move(name)),
      limit_(limit),
      size_(parse_unsigned(exchange.request.field("Content-Length")).value_or(0)),
      loop_(exchange.loop()),
      ticket_(exchange, site::site_of(exchange).server.timeouts.file_system,
              [place = place_](http::Exchange& waiting) { respond_late(waiting, *place); }) {
  ++open_uploads;
}

/// Closing and removing a large file takes time, so the thread pool does it.
Upload::~Upload() {
  --open_uploads;
  if (!file_) return;
  std::shared_ptr<NewFile> file = std::move(file_);
  run_in_background(loop_, place_->queue, [file, place = place_]() mutable { file.reset(); }, [] {});
}

void Upload::run(void (Upload::*work)(), void (Upload::*then)(http::Exchange&)) {
  busy_ = true;
  ticket_.depends_on(run_in_background(
      loop_, place_->queue, [self = shared_from_this(), work] { (self.get()->*work)(); },
      [self = shared_from_this(), then] {
        self->busy_ = false;
        auto* exchange = self->ticket_.exchange();
        if (exchange == nullptr) return;
        if (self->error_ != 0) return self->fail(*exchange);
        (self.get()->*then)(*exchange);
      }));
}

// What the loop does ---------------------------------------------------------------------------------

void Upload::stream(http::Exchange& exchange) {
  if (precondition_fails(exchange.request, file_->existing())) return site::respond_error(exchange, 412);
  replaces_ = exchange.request.field("If-None-Match").data() == nullptr || file_->existing();
  exchange.stream(limit_, std::make_unique<Sink>(shared_from_this()));
}

void Upload::take(std::string_view bytes) {
  pieces_ += bytes;
  auto* exchange = ticket_.exchange();
  if (!busy_ && pieces_.size() >= piece_size && exchange != nullptr) write_pieces(*exchange);
}

void Upload::end() {
  ended_ = true;
  if (!busy_ && ticket_.exchange() != nullptr) go_on(*ticket_.exchange());
}

void Upload::write_pieces(http::Exchange& exchange) {
  writing_.swap(pieces_);
  run(&Upload::write, &Upload::go_on);
  if (!ended_) exchange.hold_body(true);
}

/// All bytes received so far are written.
void Upload::go_on(http::Exchange& exchange) {
  writing_.clear();
  if (ended_ || pieces_.empty()) writing_.swap(pieces_);  // reuses the buffer
  if (ended_) return run(&Upload::commit, &Upload::respond);
  exchange.hold_body(false);
}

void Upload::respond(http::Exchange& exchange) {
  http::Response response;
  response.status = is_new_ ? 201 : 204;
  place_->fields.apply_without_content(exchange, response);
  if (is_new_ && place_->has_location) response.fields.push_back({"Location", location_of(exchange.request)});
  exchange.respond(std::move(response));
}

void Upload::fail(http::Exchange& exchange) const {
  auto [status, detail] = answer_to(error_);
  if (is_logged(status)) {
    auto path = place_->folder.path() + "/" + name_;
    logging::seldom(logging::Level::warning,
                    "cannot save an upload in " + path.substr(0, path.rfind('/')) + ": " + cause_of(error_));
  }
  if (status != 503) return site::respond_error(exchange, status, detail);
  auto response = site::make_error_response(exchange, status, detail, site::errors_of(exchange));
  response.fields.push_back({"Retry-After", "5"});
  exchange.respond(std::move(response));
}

// What the pool does -----------------------------------------------------------------------------------

void Upload::open() {
  auto opened = NewFile::open(place_->folder, name_, size_);
  if (opened) file_ = std::move(*opened);
  error_ = opened ? 0 : opened.error();
}

void Upload::write() { error_ = file_->write(writing_); }

void Upload::commit() {
  write();
  if (error_ != 0) return;
  auto is_new = file_->commit(replaces_);
  error_ = is_new ? 0 : is_new.error();
  is_new_ = is_new.value_or(false);
  file_.reset();
}

}  // namespace sluice::files
