#include "cli/serve.hpp"

int main(int argc, char** argv) {
  sluice::cli::ServeOptions options;
  if (argc > 1) options.config = argv[1];
  return sluice::cli::serve(options);
}
