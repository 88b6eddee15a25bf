#include "files/content/resource.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <unordered_set>

#include "files/content/compressor.hpp"
#include "files/content/decompressor.hpp"
#include "files/content/tag.hpp"
#include "files/lookup/file_system.hpp"
#include "http/content/compressible.hpp"
#include "logging/log.hpp"

namespace sluice::files {

namespace {

bool is_older(const FileIdentity& a, const FileIdentity& b) {
  return a.modified != b.modified ? a.modified < b.modified : a.modified_nanos < b.modified_nanos;
}

/// Whether a file begins as one in this coding does; brotli has no mark. One that holds nothing is in none.
bool begins_right(const ServedFile& file, http::Coding coding) {
  constexpr std::size_t longest = 4;
  std::string begin;
  if (file.bytes) {
    begin = file.bytes->substr(0, longest);
  } else if (auto read = read_at(file.file->fd(), 0, longest, Waiting::allowed)) {
    begin = std::move(*read);
  }
  switch (coding) {
    case http::Coding::gzip: return begin.starts_with("\x1f\x8b");
    case http::Coding::zstd:  // a frame, or one to be skipped (RFC 8878 §3.1)
      return begin == "\x28\xb5\x2f\xfd" || (begin.ends_with("\x2a\x4d\x18") && (begin[0] & 0xf0) == 0x50);
    case http::Coding::brotli:
    case http::Coding::identity: break;
  }
  return !begin.empty();
}

/// One warning for each file is enough; a bounded number of files.
void warn_of_sibling(const std::string& name, std::string_view why) {
  constexpr std::size_t most = 1000;
  static std::mutex mutex;
  static std::unordered_set<std::string> warned;
  std::lock_guard lock(mutex);
  if (warned.size() >= most || !warned.insert(name).second) return;
  logging::warning(name + std::string(why) + ", and is ignored");
}

/// Looks at the siblings of a file whose identity is `plain`. Three looks at names that do not exist, mostly:
/// the kernel knows that by heart for directories in use.
int find_siblings(const FileRoot& root, const std::string& relative, const FileIdentity& plain, Resource& resource,
                  Waiting waiting) {
  auto begin = time_of_files();
  for (auto coding : http::codings_by_size) {
    auto suffix = std::string(extension(coding));
    auto node = root.find(relative + suffix, waiting);
    if (!node && node.error() == EAGAIN && waiting == Waiting::never) return EAGAIN;
    Dependency sibling{resource.traits.name + suffix, std::nullopt};
    if (node) sibling.identity = FileIdentity(node->status);
    if (sibling.identity && !is_settled(*sibling.identity, begin)) resource.siblings_settled = false;
    if (!node && node.error() != ENOENT) {  // there, but out of reach, and wherever a link may lead
      if (waiting == Waiting::never) return EAGAIN;
      sibling = Dependency::look(sibling.name);
      resource.watchable = false;
    }
    if (node && node->is_file()) {
      if (is_older(*sibling.identity, plain)) {
        warn_of_sibling(sibling.name, " is older than the file of which it is the compressed form");
      } else {
        resource.siblings.add(coding);
      }
    }
    resource.dependencies.push_back(std::move(sibling));
  }
  return 0;
}

bool is_computable(std::string_view content_type, std::uint64_t size, const CodingSettings& codings) {
  return codings.compress && size >= codings.least && size <= CodingSettings::most &&
         http::is_compressible(content_type);
}

ServedFilePtr read_sibling(const FileRoot& root, const std::string& relative, const Resource& resource,
                           http::Coding coding) {
  auto suffix = std::string(extension(coding));
  auto traits = resource.traits;
  traits.name += suffix;
  auto node = root.find(relative + suffix);
  if (!node) return nullptr;
  auto file = load_sibling(*node, *resource.plain, coding, traits);
  if (!file) return nullptr;
  if (!begins_right(**file, coding)) {
    warn_of_sibling(traits.name, " is not what its name says, a file compressed with " + std::string(token(coding)));
    return nullptr;
  }
  // What was looked at must be what was read: the next request will notice that it is not.
  for (const auto& dependency : resource.dependencies) {
    if (dependency.name == traits.name && dependency.identity != (*file)->identity) return nullptr;
  }
  return *file;
}

std::atomic<std::size_t> made_octets = 0;
std::atomic<std::size_t> most_made_octets = 64 << 20;

/// `octets`, counted as long as somebody has them.
std::shared_ptr<const std::string> counted(std::string octets) {
  made_octets += octets.size();
  return {new std::string(std::move(octets)), [](const std::string* gone) {
            made_octets -= gone->size();
            delete gone;
          }};
}

/// The content of a file; nothing where it has changed meanwhile.
std::optional<std::string> content_of(const ServedFile& file) {
  if (!file.file) return *file.bytes;
  auto read = read_at(file.file->fd(), 0, file.size, Waiting::allowed);
  struct stat status{};
  bool unchanged = read && read->size() == file.size && ::fstat(file.file->fd(), &status) == 0 &&
                   FileIdentity(status) == file.identity;
  return unchanged ? std::optional(std::move(*read)) : std::nullopt;
}

ServedFilePtr compute(const Resource& resource, http::Coding coding) {
  const auto& plain = *resource.plain;
  auto content = content_of(plain);
  if (!content) return nullptr;
  auto bytes = compress(*content, coding);
  if (!bytes || bytes->size() >= plain.size) return nullptr;
  return with_coding(plain, coding, counted(std::move(*bytes)), resource.traits);
}

/// This process is out of something, or somebody renames too much at this moment: that says nothing of the file.
bool cannot_tell(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EAGAIN || error == EINTR;
}

}  // namespace

std::size_t octets_of_made() { return made_octets; }
std::size_t most_octets_of_made() { return most_made_octets; }
void set_most_octets_of_made(std::size_t octets) { most_made_octets = octets; }

Dependency Dependency::look(std::string name) {
  Dependency found{std::move(name), std::nullopt};
  struct stat status{};
  if (::stat(found.name.c_str(), &status) == 0) found.identity = FileIdentity(status);
  return found;
}

bool Dependency::is_current() const {
  struct stat status{};
  bool exists = ::stat(name.c_str(), &status) == 0;
  return exists ? identity && FileIdentity(status) == *identity : !identity;
}

bool Resource::is_current() const {
  // Where a directory on the way has become a link that may not be followed, the file is not here any more.
  if (root && root->minds_links()) {
    auto found = root->identity_of(relative);
    if (found ? *found != plain->identity : !cannot_tell(found.error())) return false;
  }
  return std::ranges::all_of(dependencies, [](const auto& dependency) { return dependency.is_current(); });
}

std::size_t Resource::footprint() const {
  constexpr std::size_t blocks = 256;  // what the allocator and the shared pointers add
  std::size_t sum = sizeof(Resource) + blocks + traits.name.capacity() + relative.capacity() + plain->footprint();
  for (const auto& file : coded) sum += file ? file->footprint() : 0;
  // The list has grown by doubling.
  for (const auto& dependency : dependencies) sum += 2 * sizeof(Dependency) + dependency.name.capacity() + 32;
  return sum;
}

std::size_t Resource::descriptors() const {
  auto opened = std::ranges::count_if(coded, [](const auto& file) { return file && file->file; });
  return static_cast<std::size_t>(opened) + (plain->file ? 1 : 0);
}

std::expected<std::shared_ptr<Resource>, int> load_resource(const FileRoot& root, const std::string& relative,
                                                            const FileNode& node, FileTraits traits,
                                                            const CodingSettings& codings, Waiting waiting) {
  FileIdentity found(node.status);
  auto storage = storage_of(found.device, traits.name, waiting);
  if (!storage || (*storage == net::Storage::remote && waiting == Waiting::never)) return std::unexpected(EAGAIN);

  auto resource = std::make_shared<Resource>();
  resource->traits = std::move(traits);
  resource->traits.storage = *storage;
  resource->watchable = *storage != net::Storage::remote;
  bool compressed = resource->traits.gzipped || http::is_compressed(resource->traits.content_type);
  if (codings.precompressed && !compressed) {
    if (int error = find_siblings(root, relative, found, *resource, waiting)) return std::unexpected(error);
  }
  if (!compressed && is_computable(resource->traits.content_type, found.size, codings))
    resource->computable = http::CodingSet::all();
  resource->traits.varies = resource->has_codings();
  auto plain = load_file(node, resource->traits, waiting);
  if (plain && resource->traits.gzipped && !begins_right(**plain, http::Coding::gzip)) {
    resource->traits.gzipped = false;
    plain = load_file(node, resource->traits, waiting);
  }
  if (!plain) return std::unexpected(plain.error());
  resource->plain = std::move(*plain);
  resource->dependencies.push_back({resource->traits.name, resource->plain->identity});
  return resource;
}

std::expected<std::shared_ptr<Resource>, int> load_coded_resource(const FileRoot& root, const std::string& relative,
                                                                  const FileNode& node, FileTraits traits,
                                                                  Waiting waiting) {
  auto storage = storage_of(FileIdentity(node.status).device, traits.name, waiting);
  if (!storage || (*storage == net::Storage::remote && waiting == Waiting::never)) return std::unexpected(EAGAIN);
  auto resource = std::make_shared<Resource>();
  traits.storage = *storage;
  traits.varies = true;
  resource->traits = traits;
  resource->watchable = *storage != net::Storage::remote;
  auto coding = traits.coding;
  traits.name = http::name_in(coding, traits.name);
  if (traits.name != resource->traits.name) {
    if (int error = find_siblings(root, relative, {}, *resource, waiting)) return std::unexpected(error);
    resource->dependencies.push_back({resource->traits.name, std::nullopt});  // "app.js" itself may come
  }
  auto stored = load_file(node, traits, waiting);
  if (!stored) return std::unexpected(stored.error());
  if (!begins_right(**stored, coding)) {
    warn_of_sibling(traits.name, " is not what its name says, a file compressed with " + std::string(token(coding)));
    return std::unexpected(ENOENT);
  }
  resource->siblings.add(coding);
  resource->computable.add(http::Coding::identity);
  resource->dependencies.push_back({traits.name, (*stored)->identity});
  resource->traits.coding = http::Coding::identity;  // of what is made of it
  resource->plain = std::move(*stored);
  return resource;
}

ServedFilePtr make_plain(const Resource& resource, std::size_t most, bool& for_now) {
  const auto& stored = *resource.plain;
  if (stored.size > most) return nullptr;
  auto content = content_of(stored);
  if (!content) return nullptr;
  static std::mutex one_at_a_time;  // so that all of them together stay within most_octets_of_made()
  std::lock_guard lock(one_at_a_time);
  auto room = most_octets_of_made() - std::min(most_octets_of_made(), octets_of_made());
  auto decoded = decompress(*content, stored.coding, std::min(most, room));
  if (!decoded) {
    for_now = decoded.error() == DecodeFault::too_large && room < most;
    if (decoded.error() == DecodeFault::broken)
      warn_of_sibling(http::name_in(stored.coding, resource.traits.name), " cannot be decoded");
    return nullptr;
  }
  decoded->shrink_to_fit();
  return with_coding(stored, http::Coding::identity, counted(std::move(*decoded)), resource.traits);
}

ServedFilePtr make_coded(const FileRoot& root, const std::string& relative, const Resource& resource,
                         http::Coding coding, bool from_sibling) {
  return from_sibling ? read_sibling(root, relative, resource, coding) : compute(resource, coding);
}

}  // namespace sluice::files
