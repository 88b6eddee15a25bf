#include "files/listing/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "net/loop/background.hpp"

namespace sluice::files {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

/// A directory that was only looked at so far, opened for reading.
DirectoryStream open_stream(const FileNode& node) {
  auto name = "/proc/self/fd/" + std::to_string(node.handle.get());
  FileDescriptor opened(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return nullptr;
  DirectoryStream stream(::fdopendir(opened.get()));
  if (stream) static_cast<void>(opened.release());
  return stream;
}

/// Reads a directory name by name and finds out about each what the order needs, and for the page the rest.
class Reader {
 public:
  Reader(const FileRoot& root, std::string relative, DIR* stream, const ListingQuery& query)
      : root_(root), relative_(std::move(relative)), stream_(stream), query_(query) {}

  Listing run() {
    read_names();
    std::ranges::sort(names_, [this](const auto& a, const auto& b) { return before(a, b); });
    Listing listing;
    listing.total = names_.size();
    listing.pages = std::max<std::size_t>(1, (names_.size() + ListingQuery::page_size - 1) / ListingQuery::page_size);
    listing.page = std::clamp<std::size_t>(query_.page, 1, listing.pages);
    auto first = (listing.page - 1) * ListingQuery::page_size;
    auto last = std::min(first + ListingQuery::page_size, names_.size());
    for (auto i = first; i < last; ++i) {
      net::note_progress_of_work();
      // One that went away meanwhile is left out.
      if (auto entry = by_name() ? describe(names_[i].name) : names_[i]) listing.entries.push_back(std::move(*entry));
    }
    return listing;
  }

 private:
  bool by_name() const { return query_.sort == ListingQuery::Sort::name; }

  void read_names() {
    while (const auto* found = ::readdir(stream_)) {
      net::note_progress_of_work();
      std::string_view name = found->d_name;
      if (name == "." || name == "..") continue;
      if (name.starts_with('.') && !query_.hidden && name != ".well-known") continue;
      bool plain = found->d_type == DT_REG || found->d_type == DT_DIR;
      if (by_name() && plain) {
        ListedEntry entry;
        entry.name = name;
        entry.directory = found->d_type == DT_DIR;
        names_.push_back(std::move(entry));
      } else if (plain || found->d_type == DT_LNK || found->d_type == DT_UNKNOWN) {
        if (auto entry = describe(std::string(name))) names_.push_back(std::move(*entry));
      }
    }
  }

  std::optional<ListedEntry> describe(const std::string& name) const {
    struct stat status{};
    if (::fstatat(::dirfd(stream_), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
    if (S_ISLNK(status.st_mode)) {
      auto node = root_.find(relative_.empty() ? name : relative_ + "/" + name);
      if (!node) return std::nullopt;
      status = node->status;
    }
    if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return std::nullopt;
    ListedEntry entry;
    entry.name = name;
    entry.directory = S_ISDIR(status.st_mode);
    entry.size = entry.directory ? 0 : static_cast<std::uint64_t>(status.st_size);
    entry.modified = status.st_mtim.tv_sec;
    return entry;
  }

  bool before(const ListedEntry& a, const ListedEntry& b) const {
    if (a.directory != b.directory) return a.directory;
    const auto& [first, second] = query_.descending ? std::tie(b, a) : std::tie(a, b);
    if (query_.sort == ListingQuery::Sort::size && first.size != second.size) return first.size < second.size;
    if (query_.sort == ListingQuery::Sort::time && first.modified != second.modified) {
      return first.modified < second.modified;
    }
    return first.name < second.name;
  }

  const FileRoot& root_;
  std::string relative_;
  DIR* stream_;
  const ListingQuery& query_;
  std::vector<ListedEntry> names_;
};

}  // namespace

std::expected<Listing, int> read_listing(const FileRoot& root, const std::string& relative, const FileNode& node,
                                         const ListingQuery& query) {
  auto stream = open_stream(node);
  if (!stream) return std::unexpected(errno);
  return Reader(root, relative, stream.get(), query).run();
}

}  // namespace sluice::files
