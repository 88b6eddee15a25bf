#pragma once

#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/content/served_file.hpp"
#include "files/lookup/root.hpp"
#include "files/waiting.hpp"
#include "http/content/coding.hpp"

namespace sluice::files {

/// Something in the file system on which a resource depends: what stands at a name, or that nothing does.
struct Dependency {
  std::string name;  // full path
  std::optional<FileIdentity> identity;

  /// What stands there now. Waits for the file system.
  static Dependency look(std::string name);
  bool is_current() const;
};

/// An exchange that waits for a coding to be made, and the status that it will have.
struct CodingOrder {
  Ticket ticket;
  http::Status status;
};

/// Who waits for one coding of a resource.
struct CodingOrders {
  std::vector<CodingOrder> list;
  bool in_work = false;  // the coding is being made
  net::BackgroundWork work;

  void forget_ended() {
    std::erase_if(list, [](const auto& order) { return order.ticket.exchange() == nullptr; });
  }
};

/// A file of a site in all the codings in which it can be sent. Belongs to the cache of one worker.
struct Resource {
  FileTraits traits;
  std::shared_ptr<const FileRoot> root;  // below which `relative` is looked for again; null: at its full path
  std::string relative;
  ServedFilePtr plain;                                  // as it lies there: in a coding where that is all there is
  std::array<ServedFilePtr, http::coding_count> coded;  // made or read when first asked for
  http::CodingSet siblings;                             // there is a file "app.js.br"
  http::CodingSet computable;                           // can be made here, and is worth it
  std::vector<Dependency> dependencies;                 // the file itself, and every sibling, there or not
  std::array<CodingOrders, http::coding_count> orders;
  bool siblings_settled = true;
  bool watchable = false;  // its file system reports changes and does not wait for others

  /// What has been read or made of a coding by now; else null.
  const ServedFilePtr& form(http::Coding coding) const {
    return coding == plain->coding ? plain : coded[static_cast<std::size_t>(coding)];
  }
  bool only_coded() const { return plain->coding != http::Coding::identity; }
  bool has_codings() const { return !siblings.empty() || !computable.empty(); }
  /// Whether a later change shows in the identities: only then it may be kept.
  bool settled() const { return plain->settled && siblings_settled; }
  /// Whether all dependencies are what they were. Waits for the file system.
  bool is_current() const;
  std::size_t footprint() const;
  std::size_t descriptors() const;
};

/// What may be sent instead of a file as it is.
struct CodingSettings {
  bool precompressed = true;                       // siblings that hold the file compressed
  bool compress = true;                            // compress here
  std::uint64_t least = 1024;                      // octets from which on compressing is worth it
  static constexpr std::uint64_t most = 10 << 20;  // larger files are sent as they are
};

/// Reads the file at `relative`, which find() found as `node`, and looks for its siblings. The error is an
/// errno, EAGAIN where Waiting::never makes it impossible.
std::expected<std::shared_ptr<Resource>, int> load_resource(const FileRoot& root, const std::string& relative,
                                                            const FileNode& node, FileTraits traits,
                                                            const CodingSettings& codings, Waiting waiting);

/// The same for a file that lies there in `traits.coding` only: as "app.js.br" where `relative` and the name of
/// `traits` are "app.js", or as the name itself tells.
std::expected<std::shared_ptr<Resource>, int> load_coded_resource(const FileRoot& root, const std::string& relative,
                                                                  const FileNode& node, FileTraits traits,
                                                                  Waiting waiting);

/// Reads the form of `resource` in `coding` from a sibling, or makes it; null when that fails, changes meanwhile, or
/// saves nothing. Waits for the file system, and computes, while the resource may learn of other codings in its own
/// thread.
ServedFilePtr make_coded(const FileRoot& root, const std::string& relative, const Resource& resource,
                         http::Coding coding, bool from_sibling);
/// Decodes a resource that lies there in a coding; null when that fails, or is larger than `most`. `for_now` says
/// whether it fails only because of what else is in memory.
ServedFilePtr make_plain(const Resource& resource, std::size_t most, bool& for_now);

/// Memory of all contents that make_coded() has compressed and somebody still has: a cache, or a client that is slow to
/// take it. Any thread.
std::size_t octets_of_made();
/// With so many of them nothing more should be compressed: twice the memory that the caches of all workers may take.
std::size_t most_octets_of_made();
void set_most_octets_of_made(std::size_t octets);

}  // namespace sluice::files
