#include "service/system/takeover.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <utility>

namespace sluice::service {

namespace {

constexpr const char* variable = "SLUICE_SUCCESSION";
constexpr int first_handed = 3;  // below are the standard streams

/// Takes what stands before `end` off the front of `rest`; all of it when `end` does not occur.
std::string_view take_until(std::string_view& rest, char end) {
  auto at = rest.find(end);
  auto taken = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return taken;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// The words that this process was started with.
std::vector<std::string> command_line() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<std::string> words;
  for (std::string_view rest = text; !rest.empty();) words.emplace_back(take_until(rest, '\0'));
  return words;
}

/// Our environment with what a successor must know. WATCHDOG_PID would tell it that it is not the one to be watched.
std::vector<std::string> environment(const Succession& succession, const std::string& notify_socket) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    if (!std::string_view(*entry).starts_with("WATCHDOG_PID=")) all.emplace_back(*entry);
  if (!notify_socket.empty()) all.push_back("NOTIFY_SOCKET=" + notify_socket);
  all.push_back(std::string(variable) + "=" + succession.text());
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

uv_stdio_container_t inherited(int fd) {
  uv_stdio_container_t container{};
  container.flags = UV_INHERIT_FD;
  container.data.fd = fd;
  return container;
}

uv_stdio_container_t readable_by_us(uv_pipe_t* pipe) {
  uv_stdio_container_t container{};
  container.flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);  // as the successor sees it
  container.data.stream = reinterpret_cast<uv_stream_t*>(pipe);
  return container;
}

}  // namespace

std::string Succession::text() const {
  auto text = "predecessor " + std::to_string(predecessor) + "\nready " + std::to_string(ready);
  for (const auto& socket : sockets) {
    bool keyed = !socket.key.empty();
    text += (keyed ? "\nkey " : "\nname ") + std::to_string(socket.fd) + " " + (keyed ? socket.key : socket.name);
  }
  return text;
}

std::optional<Succession> Succession::parse(std::string_view text) {
  Succession succession;
  while (!text.empty()) {
    auto line = take_until(text, '\n');
    auto kind = take_until(line, ' ');
    auto value = number(take_until(line, ' '));
    if (!value) return std::nullopt;
    if (kind == "predecessor")
      succession.predecessor = *value;
    else if (kind == "ready")
      succession.ready = *value;
    else if (kind == "key" && !line.empty())
      succession.sockets.push_back({std::string(line), {}, *value});
    else if (kind == "name")
      succession.sockets.push_back({{}, std::string(line), *value});
    else
      return std::nullopt;
  }
  return succession;
}

Predecessor Predecessor::from_environment(InheritedSockets& sockets) {
  Predecessor predecessor;
  const char* text = std::getenv(variable);
  auto succession = text ? Succession::parse(text) : std::nullopt;
  ::unsetenv(variable);
  // Whoever else finds the variable in its environment has not been given these descriptors.
  if (!succession || succession->predecessor != ::getppid() || succession->ready < first_handed) return predecessor;
  ::fcntl(succession->ready, F_SETFD, FD_CLOEXEC);
  predecessor.ready_ = FileDescriptor(succession->ready);
  for (auto& socket : succession->sockets) sockets.add(std::move(socket.key), std::move(socket.name), socket.fd);
  return predecessor;
}

void Predecessor::tell_ready() {
  if (!ready_) return;
  const char octet = '\n';
  [[maybe_unused]] auto written = ::write(ready_.get(), &octet, 1);
  ready_ = {};
}

Takeover::Takeover(net::Loop& loop, std::vector<HandedSocket> sockets, const std::string& notify_socket,
                   Outcome outcome)
    : outcome_(std::move(outcome)) {
  uv_pipe_init(loop.raw(), pipe_.get(), 0);
  pipe_.get()->data = this;
  std::vector<uv_stdio_container_t> descriptors = {inherited(0), inherited(1), inherited(2)};
  for (auto& socket : sockets) {
    descriptors.push_back(inherited(socket.fd));
    socket.fd = static_cast<int>(descriptors.size()) - 1;
  }
  descriptors.push_back(readable_by_us(pipe_.get()));
  Succession succession{::getpid(), static_cast<int>(descriptors.size()) - 1, std::move(sockets)};

  auto words = command_line();
  auto variables = environment(succession, notify_socket);
  auto arguments = pointers(words), entries = pointers(variables);
  uv_process_options_t options{};
  options.file = arguments[0];
  options.args = arguments.data();
  options.env = entries.data();
  options.stdio = descriptors.data();
  options.stdio_count = static_cast<int>(descriptors.size());
  options.exit_cb = on_exit;
  process_.get()->data = this;
  int code = uv_spawn(loop.raw(), process_.get(), &options);
  if (code != 0) {
    fail("cannot start " + words[0] + ": " + uv_strerror(code));
    return;
  }
  successor_ = process_.get()->pid;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(pipe_.get()),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        *buffer = uv_buf_init(&static_cast<Takeover*>(handle->data)->octet_, 1);
      },
      on_read);
}

Takeover::~Takeover() {
  if (successor_ > 0 && !settled_) ::kill(successor_, SIGTERM);
}

void Takeover::fail(const std::string& why) {
  if (std::exchange(settled_, true)) return;
  outcome_.failed(why);
}

void Takeover::on_exit(uv_process_t* process, std::int64_t status, int signal) {
  auto* self = static_cast<Takeover*>(process->data);
  if (!self) return;
  self->fail(signal != 0 ? "the new process was ended by signal " + std::to_string(signal)
                         : "the new process ended with exit code " + std::to_string(status));
}

void Takeover::on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t*) {
  auto* self = static_cast<Takeover*>(stream->data);
  if (!self || count == 0) return;
  uv_read_stop(stream);
  if (count < 0 || std::exchange(self->settled_, true)) return;  // its end is told by on_exit
  self->outcome_.ready(self->successor_);
}

}  // namespace sluice::service
