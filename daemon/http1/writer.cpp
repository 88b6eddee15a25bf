#include "http1/writer.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "http/status.hpp"
#include "http1/hot_responses.hpp"

namespace sluice::http1 {

namespace {

/// "HTTP/1.1 404 Not Found\r\n" for every status, made once.
std::string_view status_line(http::Status status) {
  static const auto lines = [] {
    std::array<std::string, 500> all;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto code = static_cast<http::Status>(i + 100);
      all[i] = "HTTP/1.1 " + std::to_string(code) + " " + std::string(http::reason_phrase(code)) + "\r\n";
    }
    return all;
  }();
  return lines[status - 100u];
}

/// A body up to this size is copied behind its head: one piece for one send.
constexpr std::size_t inline_body = 8 * 1024;

/// Writes into reserved room without asking for more.
class Cursor {
 public:
  explicit Cursor(char* to) : begin_(to), to_(to) {}
  void put(std::string_view text) {
    text.copy(to_, text.size());  // unlike memcpy at peace with an empty view
    to_ += text.size();
  }
  void put_number(std::uint64_t number) { to_ = std::to_chars(to_, to_ + 20, number).ptr; }
  std::size_t size() const { return static_cast<std::size_t>(to_ - begin_); }

 private:
  char* begin_;
  char* to_;
};

std::uint64_t content_size(const http::Response& response) {
  auto sum = http::size(response.body);
  for (const auto& part : response.more) sum += http::size(part);
  return sum;
}

std::size_t fields_size(const http::Response& response) {
  std::size_t sum = response.fixed ? response.fixed->http1().size() : 0;
  for (const auto& field : response.fields) sum += field.name.size() + field.value.size() + 4;
  return sum;
}

void put_fields(Cursor& out, const http::Response& response) {
  if (response.fixed) out.put(response.fixed->http1());
  for (const auto& field : response.fields) {
    out.put(field.name);
    out.put(": ");
    out.put(field.value);
    out.put("\r\n");
  }
}

std::string_view connection_line(Persistence persistence) {
  if (persistence == Persistence::close) return "Connection: close\r\n";
  if (persistence == Persistence::keep_alive) return "Connection: keep-alive\r\n";
  return {};
}

/// `Part`: what others own moves to the transport, unless it is const.
template <class Part>
void write_part(net::Transport& transport, Part& part) {
  if (auto* text = std::get_if<std::string_view>(&part)) {
    transport.write(*text);
  } else if (auto* shared = std::get_if<http::SharedBytes>(&part)) {
    transport.write_shared(std::move(shared->owner), shared->bytes);
  } else if (auto* file = std::get_if<http::FileRange>(&part)) {
    transport.write_file(std::move(file->file), file->offset, file->length);
  }
}

/// Sends the response as one file, if it is one that has been made for that.
bool write_hot(net::Transport& transport, const http::Response& response, const Framing& framing,
               std::string_view ready) {
  const auto* content = std::get_if<http::SharedBytes>(&response.body);
  if (!content || !response.more.empty() || framing.persistence != Persistence::implied) return false;
  const auto* file = framing.hot->find(ready, framing.date_line, *content);
  if (!file) return false;
  transport.write_file(*file, 0, ready.size() + framing.date_line.size() + 2 + content->bytes.size());
  return true;
}

template <class AnyResponse>
std::uint64_t write(net::Transport& transport, AnyResponse& response, const Framing& framing) {
  auto has_content = http::may_have_content(response.status);
  auto length =
      response.declared_length >= 0 ? static_cast<std::uint64_t>(response.declared_length) : content_size(response);
  bool send_body = has_content && !framing.head_request;
  bool announce = has_content || (response.status == 304 && response.declared_length >= 0);
  auto* text = send_body ? std::get_if<std::string_view>(&response.body) : nullptr;
  std::string_view tail = text && text->size() <= inline_body ? *text : std::string_view{};

  std::string_view ready;  // the head as it was made when the config or the file was read
  if (response.fixed && response.fields.empty())
    ready = response.fixed->ready(response.status,
                                  announce ? static_cast<std::int64_t>(length) : http::FixedFields::no_length);
  if (send_body && !ready.empty() && framing.hot && write_hot(transport, response, framing, ready)) return length;
  constexpr std::size_t fixed_room = 192;  // status line, Content-Length, Date, Connection
  Cursor out(transport.reserve(fixed_room + (ready.empty() ? fields_size(response) : ready.size()) + tail.size()));
  if (!ready.empty()) {
    out.put(ready);
  } else {
    out.put(status_line(response.status));
    put_fields(out, response);
    if (announce) {
      out.put("Content-Length: ");
      out.put_number(length);
      out.put("\r\n");
    }
  }
  out.put(framing.date_line);
  out.put(connection_line(framing.persistence));
  out.put("\r\n");
  out.put(tail);
  transport.commit(out.size());
  if (!send_body) return 0;
  if (tail.empty()) write_part(transport, response.body);
  for (auto& part : response.more) write_part(transport, part);
  return length;
}

}  // namespace

std::uint64_t write_response(net::Transport& transport, http::Response& response, const Framing& framing) {
  return write(transport, response, framing);
}

std::uint64_t write_response(net::Transport& transport, const http::Response& response, const Framing& framing) {
  return write(transport, response, framing);
}

void write_open_ended_head(net::Transport& transport, const http::Response& response, std::string_view date_line) {
  constexpr std::size_t fixed_room = 160;  // status line, Date, Connection
  Cursor out(transport.reserve(fixed_room + fields_size(response)));
  out.put(status_line(response.status));
  put_fields(out, response);
  out.put(date_line);
  out.put(connection_line(Persistence::close));
  out.put("\r\n");
  transport.commit(out.size());
}

void write_interim(net::Transport& transport, const http::Response& response) {
  auto line = status_line(response.status);
  Cursor out(transport.reserve(line.size() + fields_size(response) + 2));
  out.put(line);
  put_fields(out, response);
  out.put("\r\n");
  transport.commit(out.size());
}

}  // namespace sluice::http1
