#include <cstring>

#include "cli/serve.hpp"

int main(int argc, char** argv) {
  sluice::cli::ServeOptions options;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "serve")) continue;
    if (!std::strcmp(argv[i], "-c") && i + 1 < argc) {
      options.config = argv[++i];
    } else if (!std::strcmp(argv[i], "--listen") && i + 1 < argc) {
      options.listen = argv[++i];
    } else {
      options.directory = argv[i];
    }
  }
  return sluice::cli::serve(options);
}
