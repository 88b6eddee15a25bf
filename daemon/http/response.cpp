#include "http/response.hpp"

#include <utility>

namespace sluice::http {

FixedFields::FixedFields(std::vector<std::pair<std::string, std::string>> fields) : list_(std::move(fields)) {
  for (const auto& [name, value] : list_) {
    text_ += name;
    text_ += ": ";
    text_ += value;
    text_ += "\r\n";
  }
  size_ = text_.size();
}

void FixedFields::prepare(Status status, std::int64_t length) {
  auto lines = std::string(http1());
  text_ = "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason_phrase(status)) + "\r\n";
  begin_ = text_.size();
  text_ += lines;
  if (length != no_length) text_ += "Content-Length: " + std::to_string(length) + "\r\n";
  text_.shrink_to_fit();
  status_ = status;
  length_ = length;
}

std::uint64_t size(const BodyPart& part) {
  if (const auto* octets = std::get_if<std::string_view>(&part)) return octets->size();
  if (const auto* shared = std::get_if<SharedBytes>(&part)) return shared->bytes.size();
  if (const auto* file = std::get_if<FileRange>(&part)) return file->length;
  return 0;
}

}  // namespace sluice::http
