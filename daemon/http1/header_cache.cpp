#include "http1/header_cache.hpp"

#include "http1/moved.hpp"

namespace sluice::http1 {

namespace {

bool begins_with(std::string_view received, const HeaderSection& section) {
  return !section.octets.empty() && received.starts_with(section.octets);
}

}  // namespace

void HeaderSection::place(const char* copy, std::span<http::FieldLine> to) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    to[i] = {moved(fields[i].name, octets.data(), copy), moved(fields[i].value, octets.data(), copy)};
  }
}

/// As a rule nothing follows the section, so that its size is known; behind it in a pipeline stand more of its kind.
const HeaderSection* HeaderCache::find(std::string_view received) {
  auto at = static_cast<std::uint32_t>(received.size() % sections_.size());
  if (!begins_with(received, sections_[at])) at = latest_;
  const auto& section = sections_[at];
  if (!begins_with(received, section)) return nullptr;
  latest_ = at;
  return &section;
}

void HeaderCache::store(std::string_view octets, std::span<const http::FieldLine> fields, std::string_view authority,
                        std::string_view host, bool keep_alive) {
  if (octets.size() > most_octets || fields.size() > most_fields) return;
  latest_ = static_cast<std::uint32_t>(octets.size() % sections_.size());
  auto& section = sections_[latest_];
  section.octets = octets;
  const auto* from = octets.data();
  const auto* to = section.octets.data();
  section.fields.clear();
  for (const auto& field : fields)
    section.fields.push_back({moved(field.name, from, to), moved(field.value, from, to)});
  section.authority = moved(authority, from, to);
  section.host = moved(host, from, to);
  section.keep_alive = keep_alive;
}

}  // namespace sluice::http1
