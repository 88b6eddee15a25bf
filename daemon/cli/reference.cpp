#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"
#include "config/manual/manual.hpp"

/// `sluice reference`: all keys, as Markdown.
namespace sluice::cli {

Action prepare_reference(Arguments&) {
  return [] { return print(config::reference()) ? exit_ok : exit_io; };
}

}  // namespace sluice::cli
