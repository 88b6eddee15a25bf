#include "files/content/served_file.hpp"

#include <algorithm>
#include <atomic>
#include <initializer_list>
#include <utility>

#include "base/text.hpp"
#include "files/content/tag.hpp"
#include "http/fields/date.hpp"

namespace sluice::files {

namespace {

/// `.ts` is TypeScript in a web site, unless it begins like an MPEG transport stream: a sync octet every 188.
std::expected<bool, int> is_transport_stream(const FileContent& content, Waiting waiting) {
  constexpr std::size_t packet = 188;
  constexpr char sync = 0x47;
  if (content.identity.size <= packet) return false;
  if (!content.file) return content.bytes.front() == sync && content.bytes[packet] == sync;
  auto begin = read_at(content.file->fd(), 0, packet + 1, waiting);
  if (!begin) return std::unexpected(begin.error());
  return begin->size() > packet && begin->front() == sync && begin->back() == sync;
}

void set_field(FieldList& fields, std::string_view name, std::string_view value) {
  if (!value.empty()) fields.emplace_back(name, value);
}

/// A Vary of the config must not hide what else the response depends on.
void add_vary(FieldList& fields, std::string_view field) {
  for (auto& [name, value] : fields) {
    if (!equals_ignoring_case(name, "Vary")) continue;
    if (value != "*" && !list_has_token(value, field)) value.append(", ").append(field);
    return;
  }
  fields.emplace_back("Vary", field);
}

/// The fields of a 200, those of the config in place of ours where the names are the same.
FieldList fields_of(const ServedFile& file, const FileTraits& traits, std::string_view cache_control) {
  FieldList own;
  set_field(own, "Content-Type", file.content_type);
  if (file.coding != http::Coding::identity) set_field(own, "Content-Encoding", token(file.coding));
  if (traits.gzipped) set_field(own, "Content-Encoding", "gzip");
  set_field(own, "ETag", file.etag);
  if (file.validators.last_modified != http::Validators::no_date) {
    set_field(own, "Last-Modified", http::format_date(file.validators.last_modified));
  }
  if (file.coding == http::Coding::identity) set_field(own, "Accept-Ranges", "bytes");
  set_field(own, "Cache-Control", cache_control);
  set_field(own, "X-Content-Type-Options", "nosniff");
  if (traits.headers != nullptr) traits.headers->merge_into(own);
  if (traits.varies) add_vary(own, "Accept-Encoding");
  if (traits.for_navigation) add_vary(own, "Accept");
  return own;
}

FieldList without(FieldList fields, std::initializer_list<std::string_view> names) {
  for (auto name : names) {
    std::erase_if(fields, [&](const auto& line) { return equals_ignoring_case(line.first, name); });
  }
  return fields;
}

/// Makes all that follows from content, tag and date.
ServedFilePtr described(ServedFile&& file, std::int64_t last_modified, const FileTraits& traits) {
  auto made = std::make_shared<ServedFile>(std::move(file));
  made->validators = {made->etag, last_modified};
  made->stands_in = traits.stands_in;
  auto fields = fields_of(*made, traits, traits.cache_control);
  made->fields = http::FixedFields(fields);
  made->partial_fields = http::FixedFields(without(fields, {"Content-Type", "Content-Encoding"}));
  auto error_fields = without(fields_of(*made, traits, "no-store"), {"ETag", "Last-Modified", "Accept-Ranges"});
  if (traits.stands_in) {  // what the config says of files is not meant for this one
    error_fields = without(std::move(error_fields), {"Cache-Control"});
    set_field(error_fields, "Cache-Control", "no-store");
  }
  made->error_fields = http::FixedFields(error_fields);
  return made;
}

std::expected<ServedFile, int> read(const FileNode& node, const FileTraits& traits, Waiting waiting) {
  const auto& name = traits.name;
  auto begin = time_of_files();
  auto content = read_content(node, traits.storage, waiting);
  if (!content) return std::unexpected(content.error());
  ServedFile file;
  file.identity = content->identity;
  file.size = content->identity.size;
  file.settled = is_settled(content->identity, begin);
  auto etag = tag_of(*content, name, traits.content_type, file.settled, waiting);
  if (!etag) return std::unexpected(etag.error());
  file.etag = std::move(*etag);
  if (ends_with_ignoring_case(name, ".ts")) {
    auto video = is_transport_stream(*content, waiting);
    if (!video) return std::unexpected(video.error());
    if (*video) file.content_type = "video/mp2t";
  }
  if (!content->file) file.bytes = std::make_shared<const std::string>(std::move(content->bytes));
  file.file = std::move(content->file);
  return file;
}

/// `"abc"` in another coding is `"abc-br"`: each representation has a tag of its own (RFC 9110 §8.8.3.3).
std::string tag_with_coding(std::string_view etag, http::Coding coding) {
  if (etag.empty()) return {};
  return std::string(etag.substr(0, etag.size() - 1)) + '-' + std::string(token(coding)) + '"';
}

/// Of a text of so many octets that does not fit into its object, with what the allocator adds.
std::size_t heap_of(std::size_t octets) { return octets < 16 ? 0 : octets + 32; }

std::size_t memory_of(const http::FixedFields& fields) {
  auto sum = 2 * heap_of(fields.octets());  // it may have grown by doubling
  for (const auto& line : fields.list()) sum += sizeof(line) + heap_of(line.first.size()) + heap_of(line.second.size());
  return sum;
}

}  // namespace

http::BodyPart ServedFile::content(http::ByteRange range) const {
  if (range.length == 0) return std::monostate{};
  if (file) return http::FileRange{file, range.offset, range.length};
  return http::SharedBytes{bytes, std::string_view(*bytes).substr(range.offset, range.length)};
}

std::size_t ServedFile::footprint() const {
  constexpr std::size_t shared_text = sizeof(std::string) + 32;
  return sizeof(ServedFile) + (bytes ? bytes->capacity() + shared_text : 0) + memory_of(fields) +
         memory_of(partial_fields) + memory_of(error_fields);
}

std::expected<ServedFilePtr, int> load_file(const FileNode& node, const FileTraits& traits, Waiting waiting) {
  auto file = read(node, traits, waiting);
  if (!file) return std::unexpected(file.error());
  if (file->content_type.empty()) file->content_type = traits.content_type;
  file->coding = traits.coding;
  if (traits.coding != http::Coding::identity) file->etag = tag_with_coding(file->etag, traits.coding);
  auto last_modified = last_modified_of(file->identity, traits.name);
  return described(std::move(*file), last_modified, traits);
}

std::expected<ServedFilePtr, int> load_sibling(const FileNode& node, const ServedFile& plain, http::Coding coding,
                                               const FileTraits& traits) {
  auto file = read(node, traits, Waiting::allowed);
  if (!file) return std::unexpected(file.error());
  file->content_type = plain.content_type;
  file->coding = coding;
  file->etag = tag_with_coding(file->etag, coding);
  auto last_modified = plain.validators.last_modified;
  if (last_modified != http::Validators::no_date)
    last_modified = std::max(last_modified, last_modified_of(file->identity, traits.name));
  return described(std::move(*file), last_modified, traits);
}

ServedFilePtr with_coding(const ServedFile& plain, http::Coding coding, std::shared_ptr<const std::string> bytes,
                          const FileTraits& traits) {
  ServedFile file;
  file.identity = plain.identity;
  file.settled = plain.settled;
  file.coding = coding;
  file.content_type = plain.content_type;
  file.etag = tag_with_coding(plain.etag, coding);
  file.size = bytes->size();
  file.bytes = std::move(bytes);
  return described(std::move(file), plain.validators.last_modified, traits);
}

}  // namespace sluice::files
