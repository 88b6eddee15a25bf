#include "site/listeners.hpp"

namespace sluice::site {
namespace {

bool same_place(const net::Endpoint& a, const net::Endpoint& b) {
  if (a.unix_path != b.unix_path) return false;
  if (!a.unix_path.empty()) return true;
  return a.address.port() != 0 && a.address == b.address;  // port 0: the kernel chooses, never the same
}

void report(config::Span here, config::Span earlier, config::Diagnostics& diagnostics) {
  auto& error = diagnostics.error("duplicate-listener", here, "this address is listened on already");
  error.notes.push_back({earlier, "first declared here"});
}

}  // namespace

void check_listeners(const std::vector<config::Located<net::Endpoint>>& listen,
                     const std::vector<rawecho::Echo>& echoes, config::Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < listen.size(); ++i) {
    for (std::size_t earlier = 0; earlier < i; ++earlier) {
      if (same_place(listen[earlier].value, listen[i].value))
        report(listen[i].span, listen[earlier].span, diagnostics);
    }
    for (const auto& echo : echoes) {
      bool streams = !echo.listen->datagrams;
      if (streams && same_place(listen[i].value, echo.listen->endpoint))
        report(echo.listen.span, listen[i].span, diagnostics);
    }
  }
}

}  // namespace sluice::site
