#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "handlers/file_headers.hpp"
#include "handlers/file_root.hpp"
#include "handlers/served_file.hpp"
#include "site/handler.hpp"
#include "site/match.hpp"

namespace sluice::handlers {

/// What a [[static]] mount serves, and how.
struct StaticSettings {
  std::string root;
  Symlinks symlinks = Symlinks::inside;
  std::vector<std::string> index;  // names that stand for a directory, the first that exists is taken
  bool hidden = false;             // serve dot files
};

/// Serves the files below a directory. What the file system says is asked for each request (see FileCache),
/// so that every change is visible to the next one.
class StaticHandler final : public site::Handler {
 public:
  StaticHandler(StaticSettings settings, FileHeaders headers);

  void handle(http::Exchange& exchange) const override;

 private:
  void serve_uncached(http::Exchange& exchange, const site::Match& match) const;
  void serve_directory(http::Exchange& exchange, const site::Match& match, const std::string& relative) const;
  void serve_file(http::Exchange& exchange, const site::Match& match, const std::string& relative,
                  const FileNode& node) const;

  StaticSettings settings_;
  FileRoot root_;
  FileHeaders headers_;
  std::uint64_t id_;  // of this handler in caches; never used again
};

}  // namespace sluice::handlers
