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
}

std::uint64_t size(const BodyPart& part) {
  if (const auto* octets = std::get_if<std::string_view>(&part)) return octets->size();
  if (const auto* shared = std::get_if<SharedBytes>(&part)) return shared->bytes.size();
  if (const auto* file = std::get_if<FileRange>(&part)) return file->length;
  return 0;
}

}  // namespace sluice::http
