#include "site/lease.hpp"

#include <algorithm>
#include <map>
#include <mutex>

#include "site/site.hpp"

namespace sluice::site {
namespace {

void append_text(std::string& out, std::string_view text) {
  out.append(std::to_string(text.size())).append(":").append(text);
}

/// Appends the content of a value, without its position in the file and without the order of its members.
void append_value(std::string& out, const config::Value& value) {
  out += static_cast<char>('a' + static_cast<int>(value.kind));
  append_text(out, value.text);
  out.append(std::to_string(value.integer)).append(value.boolean ? "t" : "f");
  out.append(std::to_string(value.items.size())).append("[");
  for (const auto& item : value.items) append_value(out, item);
  std::map<std::string_view, const config::Value*> members;
  for (const auto& member : value.members) members.emplace(member.key, &member.value);
  out.append(std::to_string(members.size())).append("{");
  for (const auto& [key, member] : members) {
    append_text(out, key);
    append_value(out, *member);
  }
}

std::string identity(const config::Declaration& declaration) {
  std::string text;
  for (const auto& host : declaration.hosts) append_text(text, *host);
  append_value(text, declaration.table);
  return text;
}

/// All leases in use, by the text of their endpoints.
struct Known {
  std::mutex mutex;
  std::map<std::string, std::weak_ptr<Lease>> leases;
};

Known& known() {
  static Known all;
  return all;
}

bool is_used(const std::shared_ptr<Lease>& lease, const Site& now) {
  return std::ranges::any_of(now.endpoints, [&](const Endpoint& endpoint) { return endpoint.lease == lease; });
}

}  // namespace

std::shared_ptr<Lease> Lease::of(const config::Declaration& declaration) {
  auto& all = known();
  std::lock_guard lock(all.mutex);
  std::erase_if(all.leases, [](const auto& entry) { return entry.second.expired(); });
  auto& entry = all.leases[identity(declaration)];
  auto lease = entry.lock();
  if (!lease || lease->over()) entry = lease = std::make_shared<Lease>();
  return lease;
}

void end_leases(const Site& before, const Site& now) {
  for (const auto& endpoint : before.endpoints) {
    if (endpoint.lease && !is_used(endpoint.lease, now)) endpoint.lease->over_ = true;
  }
}

}  // namespace sluice::site
