#include "config/manual/schema.hpp"

#include "cli/command.hpp"
#include "cli/exit_codes.hpp"
#include "cli/terminal.hpp"

/// `sluice schema`: the JSON Schema with which editors complete and check config files.
namespace sluice::cli {

Action prepare_schema(Arguments&) {
  return [] { return print(config::json_schema()) ? exit_ok : exit_io; };
}

}  // namespace sluice::cli
