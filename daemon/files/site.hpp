#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "files/content/cache_policy.hpp"
#include "files/content/resource.hpp"
#include "files/headers.hpp"
#include "files/lookup/root.hpp"
#include "http/content/mime.hpp"
#include "http/status.hpp"
#include "net/loop/background.hpp"

namespace sluice::files {

/// One of the names in `try`: text with the path of the request in it, or without.
struct Attempt {
  std::string before, after;
  bool has_path = false;  // else `before` is all

  std::string name_for(std::string_view relative) const;
};

/// What a directory of files serves, and how. Immutable.
struct StaticSettings {
  std::string root;
  Symlinks symlinks = Symlinks::inside;
  std::vector<std::string> index;  // names that stand for a directory, the first that exists is taken
  bool hidden = false;             // serve dot files
  bool clean_urls = false;         // "/about" is about.html
  std::vector<Attempt> attempts;   // tried for a path that is no file
  bool spa = false;                // pages that do not exist are the index of the root
  std::string not_found;           // page of a 404; empty: none
  bool listing = false;
  bool directories = true;                  // redirect to "a/" where "a" is a directory
  std::optional<std::string> content_type;  // of all files; empty: by their names

  CachePolicy cache;
  CodingSettings codings;
  http::MimeTypes types;                               // of the config; the system's are asked after them
  std::string default_type{http::MimeTypes::unknown};  // where nobody knows one
  FileHeaders headers;
};

/// What a request asks for, as far as the file system has to do with it.
struct Wanted {
  std::string relative;  // see FilePath
  bool directory = false;
  bool navigation = false;  // a client that wants a page
  bool stands_in = false;   // see Resolution
  bool nothing = false;     // a name that no file has here: a hidden one, or one that leads astray
};

/// What a request leads to.
struct Resolution {
  enum class Kind : std::uint8_t {
    file,        // send `relative`, which is `node`, with `status`
    add_slash,   // it is a directory: redirect
    drop_slash,  // it is a page: redirect
    listing,     // the directory `relative`, which is `node`
    missing,     // 404
    exhausted,   // out of descriptors or memory, or the disk fails: 503
    must_wait,   // the answer is not in memory
  };
  Kind kind = Kind::missing;
  std::string relative;
  std::optional<FileNode> node;
  http::Coding coding = http::Coding::identity;  // in which it lies there
  http::Status status = 200;
  bool stands_in = false;  // the file is sent in place of one that does not exist

  /// The name of the file: "app.js.br" where there is no "app.js".
  std::string file() const { return http::name_in(coding, relative); }

  // The first thing that stood in the way, for the log: an errno, 0 for nothing but names that do not exist.
  int fault = 0;
  std::string fault_name;
};

/// Whether an errno tells of this process or of this moment, and not of the file: 503.
bool is_exhaustion(int error);

/// The files below a root with the rules by which requests lead to them. Immutable and shared: by a handler,
/// and by whatever works for one in the thread pool.
class StaticSite {
 public:
  explicit StaticSite(StaticSettings settings);

  const StaticSettings& settings() const { return settings_; }
  const FileRoot& root() const { return *root_; }
  /// The number under which a cache keeps its files, as what they are or as what they stand in for.
  std::uint64_t id(bool stands_in = false) const { return stands_in ? stand_in_id_ : id_; }
  /// For work that waits for the file system of the root.
  net::WorkQueue queue() const { return net::queue_of(root_->path()); }
  /// For listings, which may take long: files are not kept waiting for them.
  net::WorkQueue listing_queue() const { return net::queue_of(root_->path() + '/'); }

  /// The name that is looked for first.
  std::string name_for(const Wanted& wanted) const;
  Resolution resolve(const Wanted& wanted, Waiting waiting) const;
  /// Reads the file of a resolution. The error is an errno.
  std::expected<std::shared_ptr<Resource>, int> read(const Resolution& resolution, Waiting waiting) const;

 private:
  std::string_view type_of(std::string_view relative) const;

  StaticSettings settings_;
  std::shared_ptr<const FileRoot> root_;
  std::uint64_t id_, stand_in_id_;
};

}  // namespace sluice::files
