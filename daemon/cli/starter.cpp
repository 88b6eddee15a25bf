#include "cli/starter.hpp"

namespace sluice::cli {

std::string_view starter_config() {
  return R"(# Config of Sluice. `sluice check` finds every mistake, `sluice explain KEY` tells what a key means,
# `sluice reference` lists them all.

[server]
listen = ["127.0.0.1:8080"]      # ":8080" for every address of this machine, "unix:/path" for a local socket

# A text. {name} stands for that part of the path.
[[route]]
path = ["/", "/hello/{name}"]
params.name = { default = "World" }
text = "Hello, {name}!\n"

# JSON. A value of the wrong type is answered with an error that says so.
[[route]]
path = "/items/{item_id}"
params.item_id = "int"
query.q = "string?"              # ? = may be absent
json = { item_id = "{item_id}", q = "{q}" }

[[route]]
path = "/old"
redirect = "/"

# A WebSocket that sends every message back.
[[websocket]]
path = "/ws"

# A directory. Routes come first, whatever the order of the lines.
#[[static]]
#path = "/files"
#root = "/srv/www"               # or relative to this file

[log.access]
to = "stdout"                    # a line for each request; also "off" or a file name
)";
}

}  // namespace sluice::cli
