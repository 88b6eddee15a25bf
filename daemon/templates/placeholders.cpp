#include "config/manual/topics.hpp"

/// What the manual says of placeholders. Each file that builds a scope adds a group with its names.
namespace sluice::templates {
namespace {

const config::TopicEntry topic(
    "placeholders",
    {.title = "Placeholders",
     .introduction =
         "`{name}` in a text stands for a value; `{{` and `}}` are literal braces. An unknown name "
         "is an error when the file is loaded. In `html` values are escaped, in `redirect` they are "
         "percent-encoded; in `json` a string that is one placeholder keeps the type of its value: a number, "
         "true, false, null.",
     .groups = {
         {.title = "In every string, when the file is loaded",
          .rows = {{"${env:NAME}",
                    "the environment variable NAME; it must be set. A number or boolean where the key takes one"},
                   {"${env:NAME:-text}", "the same, or `text` when NAME is unset or empty"},
                   {"${file:NAME}",
                    "the content of a file without its last line end, for example a password. "
                    "A relative name is relative to the file that contains it"},
                   {"${cred:NAME}", "the credential NAME, which systemd passes to the service (`LoadCredential=`)"},
                   {"$${", "`${` itself"}}}}});

}  // namespace
}  // namespace sluice::templates
