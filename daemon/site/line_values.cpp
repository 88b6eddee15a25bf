#include "site/line_values.hpp"

#include <fmt/format.h>

#include <string>

#include "config/manual/topics.hpp"

namespace sluice::site {
namespace {

using templates::Placeholder;
using templates::Value;

/// The status that nginx logs for a client that disconnected before it had the whole response.
constexpr http::Status client_closed = 499;

template <class Read>
constexpr templates::Slot of_ended(Read read) {
  return templates::slot<EndedValues>(read);
}

Value number(std::uint64_t number, Arena& arena) { return Value::literal_of(arena.copy(std::to_string(number))); }

Value duration(const EndedValues& of) {
  auto seconds = static_cast<double>(of.microseconds()) / 1e6;
  return Value::literal_of(of.arena().copy(fmt::format("{:.6f}", seconds)));
}

const config::TopicGroupEntry names_of_access_line(
    "placeholders",
    {.position = 40,
     .title = "In [log.access] format, besides those of a request",
     .rows = {{"{status}", "the status of the response"},
              {"{bytes}", "bytes of the response body that were sent"},
              {"{aborted}", "true if the client disconnected before it had the whole response, else false"},
              {"{duration}", "seconds from the request to the end of the response"},
              {"{target}", "path and query as the client wrote them"},
              {"{version}", "the version of HTTP"}}});
const config::TopicGroupEntry names_of_banner("placeholders",
                                              {.position = 41,
                                               .title = "In [server] banner",
                                               .rows = {{"{port}", "the first port on which the server listens"}}});

}  // namespace

http::Status logged_status(const http::Outcome& outcome) { return outcome.aborted ? client_closed : outcome.status; }

std::string_view version_name(http::Version version) {
  switch (version) {
    case http::Version::http10: return "HTTP/1.0";
    case http::Version::http11: return "HTTP/1.1";
    case http::Version::http2: return "HTTP/2.0";
  }
  return "";
}

templates::Scope banner_scope() {
  templates::Scope scope;
  scope.add("port", templates::slot<BannerValues>(
                        [](const BannerValues& of, const Placeholder&) { return Value::literal_of(of.port()); }));
  return scope;
}

templates::Scope access_scope() {
  using Values = const EndedValues&;
  using Name = const Placeholder&;
  auto scope = request_scope();
  scope.add("status", of_ended([](Values of, Name) { return number(logged_status(of.outcome()), of.arena()); }));
  scope.add("bytes", of_ended([](Values of, Name) { return number(of.outcome().body_octets, of.arena()); }));
  scope.add("aborted",
            of_ended([](Values of, Name) { return Value::literal_of(of.outcome().aborted ? "true" : "false"); }));
  scope.add("duration", of_ended([](Values of, Name) { return duration(of); }));
  scope.add("target", of_ended([](Values of, Name) { return Value::of(of.request().target); }));
  scope.add("version", of_ended([](Values of, Name) { return Value::of(version_name(of.request().version)); }));
  return scope;
}

}  // namespace sluice::site
