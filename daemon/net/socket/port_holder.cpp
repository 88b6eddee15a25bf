#include "net/socket/port_holder.hpp"

#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/escape.hpp"

namespace sluice::net {

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& name) {
  std::ifstream file(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The host as those tables write it: words of four octets in the byte order of the machine.
std::string host_in_table(const Address& address) {
  std::array<std::uint32_t, 4> words{};
  std::size_t count = 1;
  if (address.family() == AF_INET6) {
    count = 4;
    std::copy_n(reinterpret_cast<const sockaddr_in6*>(address.raw())->sin6_addr.s6_addr32, count, words.begin());
  } else {
    words[0] = reinterpret_cast<const sockaddr_in*>(address.raw())->sin_addr.s_addr;
  }
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<char, 9> word;
    std::snprintf(word.data(), word.size(), "%08X", words[i]);
    text += word.data();
  }
  return text;
}

bool is_any(std::string_view host) { return host.find_first_not_of('0') == std::string_view::npos; }

/// The fields of a line, "  0: 0100007F:1F90 00000000:0000 0A …".
std::array<std::string_view, 10> fields_of(std::string_view line) {
  std::array<std::string_view, 10> fields;
  for (auto& field : fields) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    field = line.substr(0, line.find(' '));
    line.remove_prefix(field.size());
  }
  return fields;
}

bool holds_socket(const fs::path& process, const std::string& link) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    if (fs::read_symlink(entry->path(), gone) == link) return true;
  }
  return false;
}

std::string name_of(const fs::path& process) {
  auto name = read_text(process / "comm");
  if (name.ends_with('\n')) name.pop_back();
  return "`" + log_escaped(name) + "`";
}

PortHolder process_with(std::string_view inode) {
  auto link = "socket:[" + std::string(inode) + "]";
  std::error_code error;
  for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    auto name = entry->path().filename().string();
    bool is_process = std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (is_process && holds_socket(entry->path(), link)) return {name_of(entry->path()), std::atoi(name.c_str())};
  }
  return {};
}

}  // namespace

std::string_view holder_inode(std::string_view table, const Address& wanted, bool datagrams) {
  auto host = host_in_table(wanted);
  std::array<char, 5> port;
  std::snprintf(port.data(), port.size(), "%04X", static_cast<unsigned>(wanted.port()));
  while (!table.empty()) {
    auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    auto fields = fields_of(line);
    auto colon = fields[1].find(':');
    if (colon == std::string_view::npos || fields[1].substr(colon + 1) != port.data()) continue;
    auto other = fields[1].substr(0, colon);
    bool conflicts = other == host || is_any(other) || is_any(host);
    if (conflicts && fields[3] == (datagrams ? "07" : "0A")) return fields[9];
  }
  return {};
}

PortHolder port_holder(const Address& wanted, bool datagrams) {
  for (const char* family : {"", "6"}) {
    auto table = read_text(std::string("/proc/net/") + (datagrams ? "udp" : "tcp") + family);
    auto inode = holder_inode(table, wanted, datagrams);
    if (inode.empty()) continue;
    if (auto found = process_with(inode); found.process != 0) return found;
  }
  return {};
}

}  // namespace sluice::net
