#include "service/system/notify.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace sluice::service {

namespace {

/// A datagram socket that is connected to the manager's, or none.
FileDescriptor connect_to(std::string_view name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  bool abstract = name.starts_with('@');
  if (name.size() < 2 || name.size() >= sizeof address.sun_path || (!abstract && name[0] != '/')) return {};
  std::memcpy(address.sun_path, name.data(), name.size());
  if (abstract) address.sun_path[0] = '\0';
  // The length of an abstract name is that of the address: a NUL at its end would belong to it (unix(7)).
  auto length = offsetof(sockaddr_un, sun_path) + name.size() + (abstract ? 0 : 1);
  FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length)) != 0) return {};
  return fd;
}

/// Assignments end at a line's end: a status is one line.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::ranges::replace(line, '\n', ' ');
  return line;
}

std::optional<unsigned long long> number(const char* text) {
  unsigned long long value = 0;
  if (!text) return std::nullopt;
  auto* end = text + std::strlen(text);
  auto [stop, error] = std::from_chars(text, end, value);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

}  // namespace

Notifier::Notifier(const char* socket)
    : name_(socket ? socket : ""), socket_(socket ? connect_to(socket) : FileDescriptor()) {}

Notifier Notifier::from_environment() {
  Notifier notifier(std::getenv("NOTIFY_SOCKET"));
  ::unsetenv("NOTIFY_SOCKET");
  return notifier;
}

void Notifier::send(const std::string& assignments) const {
  if (socket_) ::send(socket_.get(), assignments.data(), assignments.size(), MSG_NOSIGNAL);
}

void Notifier::ready(std::string_view status) const { send("READY=1\nSTATUS=" + one_line(status)); }

void Notifier::hand_over(pid_t successor) const { send("MAINPID=" + std::to_string(successor)); }

void Notifier::reloading() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=Reading the configuration",
                   now.tv_sec * 1'000'000 + now.tv_nsec / 1000));
}

void Notifier::stopping(std::string_view status, std::chrono::microseconds drain) const {
  send(fmt::format("STOPPING=1\nEXTEND_TIMEOUT_USEC={}\nSTATUS={}", drain.count(), one_line(status)));
}

void Notifier::status(std::string_view status) const { send("STATUS=" + one_line(status)); }

void Notifier::alive() const { send("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval(const char* microseconds, const char* pid) {
  auto wanted_of = number(pid);
  if (pid && wanted_of != static_cast<unsigned long long>(::getpid())) return std::nullopt;
  auto interval = number(microseconds);
  if (!interval || *interval == 0) return std::nullopt;
  return std::chrono::microseconds(*interval);
}

Watchdog::Watchdog(net::Loop& loop, std::chrono::microseconds interval, std::vector<Ask> parties,
                   std::function<void()> alive)
    : loop_(loop), parties_(std::move(parties)), alive_(std::move(alive)) {
  auto half = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(interval.count()) / 2000);
  uv_timer_init(loop_.raw(), timer_.get());
  timer_.get()->data = this;
  uv_timer_start(timer_.get(), [](uv_timer_t* timer) { static_cast<Watchdog*>(timer->data)->ask(); }, half, half);
}

void Watchdog::ask() {
  if (missing_ > 0) return;
  missing_ = parties_.size();
  for (auto& party : parties_) party([this] { loop_.post([this] { answered(); }); });
}

void Watchdog::answered() {
  if (--missing_ == 0) alive_();
}

}  // namespace sluice::service
