#include "files/response.hpp"

#include <sys/random.h>

#include <string>

#include "base/hex.hpp"
#include "http/fields/range.hpp"

namespace sluice::files {

namespace {

using http::ByteRange;
using http::Response;

/// "bytes 0-99/1000"
std::string content_range(ByteRange range, std::uint64_t size) {
  return "bytes " + std::to_string(range.offset) + "-" + std::to_string(range.end() - 1) + "/" + std::to_string(size);
}

void whole(const std::shared_ptr<const ServedFile>& file, Response& response) {
  response.fixed = &file->fields;
  response.body = file->content({0, file->size});
}

void one_part(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file, ByteRange range,
              Response& response) {
  response.status = 206;
  response.fixed = &file->fields;
  response.fields.push_back({"Content-Range", exchange.arena.copy(content_range(range, file->size))});
  response.body = file->content(range);
}

/// A text that does not occur in the parts: 128 bits of chance.
std::string make_boundary() {
  char octets[16] = {};
  while (::getrandom(octets, sizeof octets, 0) != sizeof octets) {
  }
  return hex({octets, sizeof octets});
}

/// multipart/byteranges, RFC 9110 §14.6.
void several_parts(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file, const http::Ranges& ranges,
                   Response& response) {
  auto boundary = make_boundary();
  response.status = 206;
  response.fixed = &file->partial_fields;
  response.fields.push_back({"Content-Type", exchange.arena.copy("multipart/byteranges; boundary=" + boundary)});

  std::string_view separator = "--";
  for (auto range : ranges.list()) {
    auto head = std::string(separator) + boundary + "\r\nContent-Type: " + file->content_type +
                "\r\nContent-Range: " + content_range(range, file->size) + "\r\n\r\n";
    response.more.push_back(exchange.arena.copy(head));
    response.more.push_back(file->content(range));
    separator = "\r\n--";
  }
  response.more.push_back(exchange.arena.copy("\r\n--" + boundary + "--\r\n"));
}

void unsatisfiable(http::Exchange& exchange, const ServedFile& file, Response& response) {
  response.status = 416;
  response.fields.push_back({"Content-Range", exchange.arena.copy("bytes */" + std::to_string(file.size))});
}

void ranged(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file, Response& response) {
  auto ranges = http::Ranges::parse(exchange.request.field("Range"), file->size);
  switch (ranges.kind()) {
    case http::Ranges::Kind::whole: return whole(file, response);
    case http::Ranges::Kind::unsatisfiable: return unsatisfiable(exchange, *file, response);
    case http::Ranges::Kind::partial: break;
  }
  if (ranges.list().size() == 1) return one_part(exchange, file, ranges.list().front(), response);
  several_parts(exchange, file, ranges, response);
}

enum class Answer : std::uint8_t { whole, ranged, not_modified, failed };

Answer choose_answer(const http::Request& request, const ServedFile& file) {
  http::Now now;
  switch (evaluate_preconditions(request, file.validators, now)) {
    case http::Precondition::not_modified: return Answer::not_modified;
    case http::Precondition::failed: return Answer::failed;
    case http::Precondition::proceed: break;
  }
  return range_applies(request, file.validators, now) ? Answer::ranged : Answer::whole;
}

}  // namespace

Response make_whole_response(const std::shared_ptr<const ServedFile>& file, http::Status status) {
  Response response;
  response.coding_chosen = true;
  response.status = status;
  response.fixed = &file->error_fields;
  response.body = file->content({0, file->size});
  return response;
}

Response make_file_response(http::Exchange& exchange, const std::shared_ptr<const ServedFile>& file) {
  Response response;
  response.coding_chosen = true;
  switch (choose_answer(exchange.request, *file)) {
    case Answer::whole: whole(file, response); break;
    case Answer::ranged: ranged(exchange, file, response); break;
    case Answer::not_modified:
      response.status = 304;
      response.fixed = &file->partial_fields;
      break;
    case Answer::failed: response.status = 412; break;
  }
  return response;
}

}  // namespace sluice::files
