#include "config/manual/topics.hpp"

/// What the manual says of placeholders. The names themselves are those of the scopes: of a request, of messages,
/// of error bodies, of the access log.
namespace sluice::templates {
namespace {

const config::TopicEntry topic(
    "placeholders",
    {.title = "Placeholders",
     .introduction =
         "`{name}` in a text stands for a value; `{{` and `}}` are literal braces. A name that is unknown where "
         "it stands is an error when the file is loaded. In `html` values are escaped, in `redirect` they are "
         "percent-encoded; in `json` a string that is one placeholder keeps the type of its value: a number, "
         "true, false, null.",
     .groups = {
         {.title = "In every string, when the file is loaded",
          .rows = {{"${env:NAME}",
                    "the environment variable NAME; it must be set. A number or boolean where the key takes one"},
                   {"${env:NAME:-text}", "the same, or `text` when NAME is unset or empty"},
                   {"${file:NAME}",
                    "the content of a file, without the line end at its end: a password that does not belong "
                    "into the configuration. Relative names start at the file that names it"},
                   {"${cred:NAME}", "the credential NAME, which systemd passes to the service (`LoadCredential=`)"},
                   {"$${", "`${` itself"}}},
         {.title = "In the texts of a route, a WebSocket and a header, and in [log] request",
          .rows = {{"{NAME}", "a parameter of the path, `{NAME}` or `{NAME...}` in `path`; or of `query`"},
                   {"{query.NAME}", "the parameter NAME of the query, declared or not; empty when absent"},
                   {"{header.NAME}", "the request header NAME, such as `{header.User-Agent}`; empty when absent"},
                   {"{cookie.NAME}", "the cookie NAME; empty when absent"},
                   {"{body}", "the body of the request"},
                   {"{method}", "the method: GET, POST …"},
                   {"{path}", "the path of the request, decoded, without the query"},
                   {"{host}", "the host that the request is for, as the client wrote it"},
                   {"{remote.ip}", "the address of the client"},
                   {"{request.id}", "a number of its own for each request"},
                   {"{now}", "date and time in UTC (RFC 3339)"},
                   {"{uuid}", "a new random UUID"},
                   {"{env.NAME}", "the environment variable NAME, read when the file is loaded"}}},
         {.title = "In `reply`, `json` and `log.message` of a [[websocket]], besides those of its request",
          .rows = {{"{message}", "the message of the client"},
                   {"{message.NAME}", "a member of a JSON message; dots lead to members of members"}}},
         {.title = "In all texts of a [[websocket]] with `room`, besides those of its request",
          .rows = {{"{room.name}", "the name of the room"}, {"{room.count}", "how many clients are in it"}}},
         {.title = "In `on_bad_message` of a [[websocket]], besides these",
          .rows = {{"{detail}", "what is wrong with the message"}}},
         {.title = "In `log.close` of a [[websocket]], besides those of its request",
          .rows = {{"{close.code}", "the code of the close (RFC 6455), 1000 for a normal one"},
                   {"{close.reason}", "the reason that came with it"}}},
         {.title = "In `errors` tables",
          .rows = {{"{status}", "the status of the response, a number"},
                   {"{reason}", "its name: Not Found"},
                   {"{detail}", "what was wrong with the request, where more is known"},
                   {"{path}", "the path of the request"},
                   {"{method}", "its method"}}},
         {.title = "In [log.access] format, besides those of a request",
          .rows = {{"{status}", "the status of the response"},
                   {"{bytes}", "bytes of its body that were sent"},
                   {"{aborted}", "whether the client went away before it had all of it: true or false"},
                   {"{duration}", "seconds from the request to the end of the response"},
                   {"{target}", "path and query as the client wrote them"},
                   {"{version}", "the version of HTTP"}}},
         {.title = "In [server] banner", .rows = {{"{port}", "the first port on which the server listens"}}},
     }});

}  // namespace
}  // namespace sluice::templates
