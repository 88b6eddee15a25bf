#include "http1/writer.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "http/status.hpp"

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
  void put_hex(std::uint64_t number) { to_ = std::to_chars(to_, to_ + 16, number, 16).ptr; }
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

std::size_t field_size(const http::FieldLine& field) { return field.name.size() + field.value.size() + 4; }

std::size_t fields_size(const http::Response& response) {
  std::size_t sum = response.fixed ? response.fixed->http1().size() : 0;
  for (const auto& field : response.fields) sum += field_size(field);
  return sum;
}

void put_field(Cursor& out, const http::FieldLine& field) {
  out.put(field.name);
  out.put(": ");
  out.put(field.value);
  out.put("\r\n");
}

void put_fields(Cursor& out, const http::Response& response) {
  if (response.fixed) out.put(response.fixed->http1());
  for (const auto& field : response.fields) put_field(out, field);
}

std::string_view connection_line(Persistence persistence) {
  if (persistence == Persistence::close) return "Connection: close\r\n";
  if (persistence == Persistence::keep_alive) return "Connection: keep-alive\r\n";
  return {};
}

/// Octets around the content of a chunk: its size in hexadecimal and two line ends.
constexpr std::size_t chunk_room = 20;

void write_chunk_size(net::Transport& transport, std::uint64_t size) {
  Cursor out(transport.reserve(chunk_room));
  out.put_hex(size);
  out.put("\r\n");
  transport.commit(out.size());
}

/// What others own moves to the transport.
void write_part(net::Transport& transport, http::BodyPart& part) {
  if (auto* text = std::get_if<std::string_view>(&part)) {
    transport.write(*text);
  } else if (auto* shared = std::get_if<http::SharedBytes>(&part)) {
    transport.write_shared(std::move(shared->owner), shared->bytes);
  } else if (auto* file = std::get_if<http::FileRange>(&part)) {
    transport.write_file(std::move(file->file), file->offset, file->length);
  }
}

}  // namespace

std::uint64_t write_response(net::Transport& transport, http::Response& response, const Framing& framing) {
  auto has_content = http::may_have_content(response.status);
  auto length =
      response.declared_length >= 0 ? static_cast<std::uint64_t>(response.declared_length) : content_size(response);
  bool send_body = has_content && !framing.head_request;
  bool announce = (has_content && !response.source) || (response.status == 304 && response.declared_length >= 0);
  auto* text = send_body ? std::get_if<std::string_view>(&response.body) : nullptr;
  std::string_view tail = text && text->size() <= inline_body ? *text : std::string_view{};

  constexpr std::size_t fixed_room = 192;  // status line, Content-Length, Date, Connection
  Cursor out(transport.reserve(fixed_room + fields_size(response) + tail.size()));
  out.put(status_line(response.status));
  put_fields(out, response);
  if (announce) {
    out.put("Content-Length: ");
    out.put_number(length);
    out.put("\r\n");
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

void write_stream_head(net::Transport& transport, const http::Response& head, Persistence persistence,
                       std::string_view date_line, bool chunked) {
  constexpr std::size_t fixed_room = 192;  // status line, Transfer-Encoding, Date, Connection
  Cursor out(transport.reserve(fixed_room + fields_size(head)));
  out.put(status_line(head.status));
  put_fields(out, head);
  if (chunked) out.put("Transfer-Encoding: chunked\r\n");
  out.put(date_line);
  out.put(connection_line(persistence));
  out.put("\r\n");
  transport.commit(out.size());
}

void write_piece(net::Transport& transport, std::string_view bytes, bool chunked) {
  if (bytes.empty()) return;  // a chunk without content would be the last
  if (!chunked) return transport.write(bytes);
  if (bytes.size() > inline_body) {
    write_chunk_size(transport, bytes.size());
    transport.write(bytes);
    return transport.write("\r\n");
  }
  Cursor out(transport.reserve(chunk_room + bytes.size()));
  out.put_hex(bytes.size());
  out.put("\r\n");
  out.put(bytes);
  out.put("\r\n");
  transport.commit(out.size());
}

void write_shared_piece(net::Transport& transport, std::shared_ptr<const void> owner, std::string_view bytes,
                        bool chunked) {
  if (bytes.empty()) return;
  if (chunked) write_chunk_size(transport, bytes.size());
  transport.write_shared(std::move(owner), bytes);
  if (chunked) transport.write("\r\n");
}

void write_last_chunk(net::Transport& transport, std::span<const http::FieldLine> trailers) {
  std::size_t size = 5;
  for (const auto& field : trailers) size += field_size(field);
  Cursor out(transport.reserve(size));
  out.put("0\r\n");
  for (const auto& field : trailers) put_field(out, field);
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
