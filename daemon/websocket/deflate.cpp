#include "websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace sluice::websocket {
namespace {

/// What a sync flush ends with, and a message goes without (RFC 7692 §7.2.1).
constexpr std::string_view flush_tail{"\x00\x00\xff\xff", 4};
/// A buffer larger than this is not kept for the next message.
constexpr std::size_t most_kept = 256 * 1024;

Bytef* octets(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads there
}

/// Grows `out` so that zlib has room behind what it has written.
void make_room(z_stream& stream, std::string& out, std::size_t most) {
  auto used = out.size();
  auto wanted = std::min(most, std::max<std::size_t>(used * 2, 4096));
  out.resize(wanted);
  stream.next_out = reinterpret_cast<Bytef*>(out.data() + used);
  stream.avail_out = static_cast<uInt>(wanted - used);
}

void end_output(z_stream& stream, std::string& out) { out.resize(out.size() - stream.avail_out); }

}  // namespace

class DeflateStream {
 public:
  DeflateStream(int level, int window_bits) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  }
  ~DeflateStream() { deflateEnd(&stream_); }
  DeflateStream(const DeflateStream&) = delete;
  DeflateStream& operator=(const DeflateStream&) = delete;

  void forget() { deflateReset(&stream_); }

  /// Appends the compressed message to `out`, without its tail.
  void add(std::string_view message, std::string& out) {
    stream_.next_in = octets(message);
    stream_.avail_in = static_cast<uInt>(message.size());
    out.clear();
    for (bool full = true; full;) {
      make_room(stream_, out, std::string::npos);
      deflate(&stream_, Z_SYNC_FLUSH);
      full = stream_.avail_out == 0;
      end_output(stream_, out);
    }
    out.resize(out.size() - flush_tail.size());
  }

 private:
  z_stream stream_{};
};

class InflateStream {
 public:
  explicit InflateStream(int window_bits) {
    if (inflateInit2(&stream_, -window_bits) != Z_OK) throw std::bad_alloc();
  }
  ~InflateStream() { inflateEnd(&stream_); }
  InflateStream(const InflateStream&) = delete;
  InflateStream& operator=(const InflateStream&) = delete;

  void forget() { inflateReset(&stream_); }

  Compression::Inflated add(std::string_view payload, std::uint64_t largest, std::string& out) {
    stream_.next_in = octets(payload);
    stream_.avail_in = static_cast<uInt>(payload.size());
    while (true) {
      if (out.size() > largest) return Compression::Inflated::too_big;
      make_room(stream_, out, static_cast<std::size_t>(largest) + 1);
      auto status = inflate(&stream_, Z_SYNC_FLUSH);
      bool full = stream_.avail_out == 0;
      end_output(stream_, out);
      // After a final block another one may follow, and refer to what was before (§7.2.3.4).
      if (status == Z_STREAM_END) {
        inflateResetKeep(&stream_);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return Compression::Inflated::broken;
      }
      if (stream_.avail_in == 0 && !full) break;
      if (status == Z_BUF_ERROR && !full) return Compression::Inflated::broken;
    }
    return out.size() > largest ? Compression::Inflated::too_big : Compression::Inflated::ok;
  }

  /// Between two blocks, and between two octets: where a message ends.
  bool at_end_of_message() const { return (stream_.data_type & 0x80) != 0 && (stream_.data_type & 7) == 0; }

 private:
  z_stream stream_{};
};

namespace {

/// The streams that all sessions of a thread without context take-over share.
DeflateStream& shared_deflate(int level, int window_bits) {
  thread_local std::array<std::array<std::unique_ptr<DeflateStream>, 16>, 10> all;
  auto& stream = all[static_cast<std::size_t>(level)][static_cast<std::size_t>(window_bits)];
  if (!stream) stream = std::make_unique<DeflateStream>(level, window_bits);
  return *stream;
}

/// A window of full size reads what any smaller one has written.
InflateStream& shared_inflate() {
  thread_local InflateStream stream(15);
  return stream;
}

}  // namespace

Compression::Compression(const DeflateAgreement& agreement, const DeflateOptions& options)
    : threshold_(options.threshold),
      level_(options.level),
      server_bits_(agreement.server_window_bits),
      client_bits_(agreement.client_window_bits),
      server_context_(agreement.server_context),
      client_context_(agreement.client_context) {}

Compression::~Compression() = default;

std::optional<std::string_view> Compression::compress(std::string_view message) {
  thread_local std::string compressed;
  if (compressed.capacity() > most_kept) std::string().swap(compressed);
  if (server_context_) {
    if (!deflate_) deflate_ = std::make_unique<DeflateStream>(level_, server_bits_);
    deflate_->add(message, compressed);
    return compressed;  // the next message may refer to this one: it must be sent this way
  }
  auto& stream = shared_deflate(level_, server_bits_);
  stream.forget();
  stream.add(message, compressed);
  if (compressed.size() >= message.size()) return std::nullopt;
  return compressed;
}

Compression::Inflated Compression::decompress(std::string_view payload, std::uint64_t largest, std::string& out) {
  if (client_context_ && !inflate_) inflate_ = std::make_unique<InflateStream>(client_bits_);
  auto& stream = client_context_ ? *inflate_ : shared_inflate();
  if (!client_context_) stream.forget();
  out.clear();
  auto result = stream.add(payload, largest, out);
  if (result == Inflated::ok) result = stream.add(flush_tail, largest, out);
  return result == Inflated::ok && !stream.at_end_of_message() ? Inflated::broken : result;
}

}  // namespace sluice::websocket
