#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "files/content/resource.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::test {

/// A directory whose files are loaded as a handler loads them.
struct ServedFolder : TemporaryDirectory {
  std::shared_ptr<const files::ServedFile> load(const std::string& name,
                                                const std::string& type = "text/plain; charset=utf-8") const {
    auto node = files::FileRoot(path(), files::Symlinks::inside).find(name);
    REQUIRE(node);
    auto file = files::load_file(*node, {.name = path(name), .content_type = type, .cache_control = "no-cache"});
    REQUIRE(file);
    return *file;
  }
  /// Waits until the kernel's clock for files has gone on, so that a file counts as settled.
  std::shared_ptr<const files::ServedFile> load_settled(const std::string& name,
                                                        const std::string& type = "text/plain; charset=utf-8") const {
    for (;;) {
      auto file = load(name, type);
      if (file->settled) return file;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  /// The resource of a file, once it has settled.
  std::shared_ptr<files::Resource> resource(const std::string& name, files::CodingSettings codings = {}) const {
    load_settled(name);
    files::FileRoot root(path(), files::Symlinks::inside);
    auto node = root.find(name);
    REQUIRE(node);
    files::FileTraits traits{.name = path(name), .content_type = "text/plain", .cache_control = "no-cache"};
    auto loaded = files::load_resource(root, name, *node, traits, codings, files::Waiting::allowed);
    REQUIRE(loaded);
    return *loaded;
  }
};

}  // namespace sluice::test
