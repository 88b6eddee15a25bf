#include "files/uploads/upload_name.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "site/request_values.hpp"

namespace sluice::files {

namespace {

constexpr std::size_t longest_part = 255;  // NAME_MAX of all usual file systems
constexpr std::size_t most_parts = 32;     // each part may create a folder

/// C0, DEL, and C1 in UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) return true;
    bool c1 = text[i] == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) return true;
  }
  return false;
}

std::string_view fault_of_part(std::string_view part) {
  if (part.empty()) return "a part of the file name is empty";
  if (part == "." || part == "..") return "`.` and `..` are not file names";
  if (part.front() == '.') return "file names that begin with a dot are not accepted";
  if (part.size() > longest_part) return "a part of the file name is longer than 255 bytes";
  return {};
}

/// Notes whether a value contains a slash that would add a folder to the name.
class NameValues final : public site::RequestValues {
 public:
  NameValues(http::Exchange& exchange, bool& has_slash) : RequestValues(exchange), has_slash_(has_slash) {}

  templates::Value get(const templates::Placeholder& placeholder) const override {
    auto value = RequestValues::get(placeholder);
    auto slashes = std::ranges::count(value.text, '/');
    if (slashes != 0 && slashes != slashes_of_path(placeholder)) has_slash_ = true;
    return value;
  }

 private:
  /// Slashes that separate segments of the request's path. An escaped slash (`%2F`) does not count.
  std::ptrdiff_t slashes_of_path(const templates::Placeholder& placeholder) const {
    bool in_path = placeholder.has(site::RequestTrait::path_parameter) && match() != nullptr &&
                   placeholder.index < match()->path.size();
    return in_path ? std::ranges::count(match()->path[placeholder.index].raw, '/') : 0;
  }

  bool& has_slash_;
};

}  // namespace

std::string_view fault_of_name(std::string_view name) {
  if (has_control(name)) return "the file name contains a control character";
  std::size_t parts = 0;
  for (auto part : split(name, '/')) {
    if (++parts > most_parts) return "the file name has more than 32 parts";
    if (auto fault = fault_of_part(part); !fault.empty()) return fault;
  }
  return {};
}

Result<std::string> UploadName::of(http::Exchange& exchange) const {
  std::string path;
  bool has_slash = false;
  path_.render(NameValues(exchange, has_slash), path);
  if (has_slash) return fail("a slash (`%2F`) cannot be part of a file name");
  path.erase(0, folder_);
  if (auto fault = fault_of_name(path); !fault.empty()) return fail(std::string(fault));
  return path;
}

}  // namespace sluice::files
