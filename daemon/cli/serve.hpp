#pragma once

#include <optional>
#include <string>

namespace sluice::cli {

struct ServeOptions {
  std::string config;     // file to read; empty: the default one
  std::string directory;  // not empty: serve this directory and read no file
  bool spa = false;       // the directory is a single-page application
  bool watch = false;     // reload when a config file changes
  std::string listen;     // overrides server.listen; for a directory 127.0.0.1:8000 when empty
  std::string port;       // the same as "127.0.0.1:PORT" there
};

/// Runs the daemon until a signal ends it. Returns the exit code of the process: 0, 69 when an address cannot
/// be had, 77 when a permission is missing, 78 for a bad config.
int serve(ServeOptions options);

}  // namespace sluice::cli
