#include "site/settings/listeners.hpp"

#include <grp.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace sluice::site {
namespace {

/// A number alone is a port.
std::string address_advice(const config::Value& value) {
  if (!value.is(config::Value::Kind::integer)) return {};
  auto port = ":" + std::to_string(value.integer) + "\"";
  return "write \"" + port + " for every address of the machine, or \"127.0.0.1" + port;
}

bool same_place(const net::Endpoint& a, const net::Endpoint& b) {
  if (a.unix_path != b.unix_path || a.passed_as != b.passed_as) return false;
  if (!a.unix_path.empty() || !a.passed_as.empty()) return true;
  return a.address.port() != 0 && a.address == b.address;  // port 0: the kernel chooses, never the same
}

bool is_ip(const net::Endpoint& endpoint) { return endpoint.unix_path.empty() && endpoint.passed_as.empty(); }

bool are_on_one_port(const net::Endpoint& a, const net::Endpoint& b) {
  return is_ip(a) && is_ip(b) && a.address.port() != 0 && a.address.port() == b.address.port();
}

bool takes_all_of_ipv6(const net::Endpoint& endpoint) {
  return is_ip(endpoint) && endpoint.address.family() == AF_INET6 && endpoint.address.is_any();
}

bool takes_all_of_ipv4(const net::Endpoint& endpoint) {
  return is_ip(endpoint) && endpoint.address.family() == AF_INET && endpoint.address.is_any();
}

/// Whether `a` is a wildcard that takes the connections to `b`, too. SO_REUSEADDR does not help there (socket(7)).
bool includes(const net::Endpoint& a, const net::Endpoint& b) {
  if (!are_on_one_port(a, b) || !a.address.is_any()) return false;
  bool both_families = takes_all_of_ipv6(a) && !a.v6_only;
  return both_families || a.address.family() == b.address.family();
}

/// A listener of a site, whatever it serves.
struct Place {
  net::Endpoint* endpoint;
  config::Span span;
  bool datagrams = false;
};

/// Whether the kernel would refuse the second one. UDP lets a socket have what a wildcard leaves.
bool conflict(const Place& a, const Place& b) {
  if (a.datagrams != b.datagrams) return false;
  if (same_place(*a.endpoint, *b.endpoint)) return true;
  return !a.datagrams && (includes(*a.endpoint, *b.endpoint) || includes(*b.endpoint, *a.endpoint));
}

void report(const Place& here, const Place& earlier, config::Diagnostics& diagnostics) {
  bool same = same_place(*here.endpoint, *earlier.endpoint);
  auto& error = diagnostics.error(
      "duplicate-listener", here.span,
      same ? "this address is listened on already" : "this listener and another one cannot both be opened");
  if (same) {
    error.notes.push_back({earlier.span, "first declared here"});
    return;
  }
  bool is_wide = includes(*here.endpoint, *earlier.endpoint);
  error.label = is_wide ? "covers every address, the other one included" : "is one of the addresses of the other one";
  error.notes.push_back({earlier.span, "the other one"});
  error.help = "remove one of them, or name each address instead of all of them";
}

struct ListenTable {
  config::Located<std::string> address;
  std::optional<config::Located<mode_t>> mode;
  std::optional<config::Located<gid_t>> group;
};

Result<mode_t> parse_mode(const std::string& text) {
  mode_t mode = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  bool whole = error == std::errc{} && end == text.data() + text.size();
  if (!whole || text.size() < 3 || text.size() > 4 || mode > 0777)
    return fail("it is written in octal digits, as \"0660\"");
  return mode;
}

Result<gid_t> parse_group(const std::string& text) {
  gid_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size()) return number;
  std::array<char, 16384> buffer;
  ::group entry{};
  ::group* found = nullptr;
  if (::getgrnam_r(text.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
    return fail("there is no group `" + text + "` on this machine");
  return found->gr_gid;
}

const config::Fields<ListenTable>& listen_fields() {
  static const config::Fields<ListenTable> fields = {
      config::field("address", &ListenTable::address, config::non_empty_string())
          .required()
          .doc("The address, as in the short form.")
          .example("\"unix:/run/sluice/sluice.sock\""),
      config::field("mode", &ListenTable::mode, config::parsed<mode_t>("octal mode", {}, "bad-mode", parse_mode))
          .doc("Who may connect to a Unix socket, as chmod(1) takes it. Without it the umask of the process decides.")
          .example("\"0660\""),
      config::field("group", &ListenTable::group, config::parsed<gid_t>("group", {}, "bad-group", parse_group))
          .doc(
              "Group of a Unix socket, by name or number. The server must be a member of it (`SupplementaryGroups=` of "
              "its unit).")
          .example("\"www-data\""),
  };
  return fields;
}

/// A relative path starts at the folder of the file.
std::string absolute(const std::string& address, config::Span span, const config::Reading& reading) {
  constexpr std::string_view scheme = "unix:";
  bool relative = address.starts_with(scheme) && address.size() > scheme.size() &&
                  std::string_view("/@").find(address[scheme.size()]) == std::string_view::npos && span.known();
  if (!relative) return address;
  std::filesystem::path whole = reading.directory_of(span) + "/" + address.substr(scheme.size());
  return std::string(scheme) + whole.lexically_normal().string();
}

std::optional<net::Endpoint> read_address(const std::string& text, config::Span span, config::Reading& reading) {
  auto endpoint = net::Endpoint::parse(absolute(text, span, reading));
  if (endpoint) return *endpoint;
  auto& finding = reading.diagnostics.error("bad-address", span, "`" + text + "` is not an address to listen on");
  finding.label = endpoint.error().message;
  return std::nullopt;
}

std::optional<net::Endpoint> read_table(const config::Value& value, config::Reading& reading) {
  auto table = config::table(listen_fields()).read(value, reading);
  if (!table || table->address->empty()) return std::nullopt;
  auto endpoint = read_address(*table->address, table->address.span, reading);
  if (!endpoint) return std::nullopt;
  auto needs_file = [&](const auto& setting, const char* key) {
    if (!setting || endpoint->has_file()) return;
    reading.diagnostics.error("needs-file", setting->span, std::string("`") + key + "` is for Unix sockets with a path")
        .label = endpoint->unix_path.empty() ? "an address has none" : "a name that begins with `@` has no file";
  };
  needs_file(table->mode, "mode");
  needs_file(table->group, "group");
  if (table->mode) endpoint->mode = table->mode->value;
  if (table->group) endpoint->group = table->group->value;
  return endpoint;
}

}  // namespace

config::Type<net::Endpoint> listen_address() {
  auto text = config::non_empty_string();
  config::Type<net::Endpoint> short_form;
  short_form.info = text.info;
  short_form.info.name = "address";
  short_form.info.range = "\"host:port\", \"[::1]:port\", \":port\", \"unix:path\", \"unix:@name\" or \"systemd:NAME\"";
  short_form.read = [text](const config::Value& value, config::Reading& reading) -> std::optional<net::Endpoint> {
    auto read = text.read(value, reading);
    return read ? read_address(*read, value.span, reading) : std::nullopt;
  };
  config::Type<net::Endpoint> table{config::table(listen_fields()).info, read_table};
  table.info.is_table = false;
  return config::advised(config::either({config::Value::Kind::string}, std::move(short_form), std::move(table)),
                         address_advice);
}

std::vector<config::Located<net::Endpoint>> find_own_listeners(std::vector<Endpoint>& endpoints) {
  std::vector<config::Located<net::Endpoint>> own;
  for (auto& endpoint : endpoints) {
    if (!endpoint.listen) continue;
    auto is_here = [&](const auto& other) {
      return other->text == endpoint.listen->value.text || same_place(*other, endpoint.listen->value);
    };
    auto known = std::ranges::find_if(own, is_here);
    if (known == own.end()) {
      own.push_back(*endpoint.listen);
    } else {
      endpoint.listen = *known;
    }
  }
  return own;
}

void settle_listeners(std::vector<config::Located<net::Endpoint>>& listen,
                      std::vector<config::Located<net::Endpoint>>& own, std::vector<echo::Echo>& echoes,
                      config::Diagnostics& diagnostics) {
  std::vector<Place> all;
  for (auto& one : listen) all.push_back({&one.value, one.span});
  for (auto& echo : echoes) all.push_back({&echo.listen.value.endpoint, echo.listen.span, echo.listen->datagrams});
  for (auto& one : own) all.push_back({&one.value, one.span});

  for (auto& wide : all) {
    if (!takes_all_of_ipv6(*wide.endpoint)) continue;
    wide.endpoint->v6_only = std::ranges::any_of(all, [&](const Place& other) {
      return other.datagrams == wide.datagrams && takes_all_of_ipv4(*other.endpoint) &&
             are_on_one_port(*other.endpoint, *wide.endpoint);
    });
  }
  for (auto here = all.begin(); here != all.end(); ++here) {
    auto earlier = std::find_if(all.begin(), here, [&](const Place& other) { return conflict(other, *here); });
    if (earlier != here) report(*here, *earlier, diagnostics);
  }
}

}  // namespace sluice::site
