#include "config/fields/preamble.hpp"

namespace sluice::config {

const Fields<Preamble>& preamble_fields() {
  static const Fields<Preamble> fields = {
      field("include", &Preamble::include, any_number(non_empty_string()))
          .doc("Other files to read, relative to this one. `*`, `?` and `[…]` are wildcards; what a wildcard "
               "finds is "
               "read in the order of the names, and it may find nothing.")
          .example("[\"conf.d/*.toml\"]"),
      field("host", &Preamble::hosts, one_or_more(non_empty_string()))
          .doc("The host, or several, for which everything in this file is declared, unless a table has a `host` of "
               "its own.")
          .example("[\"example.org\", \"www.example.org\"]"),
  };
  return fields;
}

}  // namespace sluice::config
