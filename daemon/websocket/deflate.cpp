#include "websocket/deflate.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <new>

namespace sluice::websocket {
namespace {

/// What a sync flush ends with, and a message goes without (RFC 7692 §7.2.1).
constexpr std::string_view flush_tail{"\x00\x00\xff\xff", 4};
/// So much is compressed between two looks at the clock: at level 9 the worst text takes 2.6 ms, at level 6 0.1 ms. And
/// so much is restored: 0.2 ms.
constexpr std::size_t compressed_at_once = 1024, restored_at_once = 64 * 1024;

Bytef* octets(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // zlib only reads there
}

/// Grows `out` so that zlib has room behind what it has written.
void make_room(z_stream& stream, std::string& out, std::size_t most) {
  auto used = out.size();
  auto wanted = std::min(most, used + std::clamp<std::size_t>(used, 4096, restored_at_once));
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

  /// Appends compressed octets of `rest` to `out`; at the end of the message without its tail.
  bool add(std::string_view& rest, std::string& out, const net::WorkShare& share) {
    while (rest.size() > compressed_at_once) {
      add(rest.substr(0, compressed_at_once), Z_NO_FLUSH, out);
      rest.remove_prefix(compressed_at_once);
      if (share.spent()) return false;
    }
    add(rest, Z_SYNC_FLUSH, out);
    rest = {};
    out.resize(out.size() - flush_tail.size());
    return true;
  }

 private:
  void add(std::string_view part, int flush, std::string& out) {
    stream_.next_in = octets(part);
    stream_.avail_in = static_cast<uInt>(part.size());
    for (bool full = true; full;) {
      make_room(stream_, out, std::string::npos);
      deflate(&stream_, flush);
      full = stream_.avail_out == 0;
      end_output(stream_, out);
    }
  }

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

  /// Appends what `rest` restores to `out`. `share`: where to stop for now; null: nowhere.
  Compression::Inflated add(std::string_view& rest, std::uint64_t largest, std::string& out,
                            const net::WorkShare* share) {
    while (true) {
      if (out.size() > largest) return Compression::Inflated::too_big;
      stream_.next_in = octets(rest);
      stream_.avail_in = static_cast<uInt>(rest.size());
      make_room(stream_, out, static_cast<std::size_t>(largest) + 1);
      auto status = inflate(&stream_, Z_SYNC_FLUSH);
      rest.remove_prefix(rest.size() - stream_.avail_in);
      bool full = stream_.avail_out == 0;
      end_output(stream_, out);
      // After a final block another one may follow, and refer to what was before (§7.2.3.4).
      if (status == Z_STREAM_END) {
        inflateResetKeep(&stream_);
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return Compression::Inflated::broken;
      }
      if (rest.empty() && !full) break;
      if (status == Z_BUF_ERROR && !full) return Compression::Inflated::broken;
      if (share && share->spent()) return Compression::Inflated::unfinished;
    }
    return out.size() > largest ? Compression::Inflated::too_big : Compression::Inflated::ok;
  }

  /// Between two blocks, and between two octets: where a message ends.
  bool at_end_of_message() const { return (stream_.data_type & 0x80) != 0 && (stream_.data_type & 7) == 0; }

 private:
  z_stream stream_{};
};

namespace {

/// The streams that the sessions of a thread without context take-over use one after the other. A message that is half
/// done has its stream to itself.
std::unique_ptr<DeflateStream>& spare_deflate(int level, int window_bits) {
  thread_local std::array<std::array<std::unique_ptr<DeflateStream>, 16>, 10> all;
  return all[static_cast<std::size_t>(level)][static_cast<std::size_t>(window_bits)];
}

/// A window of full size reads what any smaller one has written.
std::unique_ptr<InflateStream>& spare_inflate() {
  thread_local std::unique_ptr<InflateStream> spare;
  return spare;
}

/// The spare stream as if it were new, or a new one.
template <class Stream>
std::unique_ptr<Stream> take(std::unique_ptr<Stream>& spare, auto... options) {
  if (!spare) return std::make_unique<Stream>(options...);
  spare->forget();
  return std::move(spare);
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

bool Compression::compress(std::string_view& rest, std::string& out, const net::WorkShare& share) {
  auto& spare = spare_deflate(level_, server_bits_);
  if (!deflate_) deflate_ = take(spare, level_, server_bits_);
  bool done = deflate_->add(rest, out, share);
  if (done && !server_context_) spare = std::move(deflate_);
  return done;
}

Compression::Inflated Compression::decompress(std::string_view& rest, std::uint64_t largest, std::string& out,
                                              const net::WorkShare& share) {
  auto& spare = spare_inflate();
  if (!inflate_) inflate_ = client_context_ ? std::make_unique<InflateStream>(client_bits_) : take(spare, 15);
  auto result = inflate_->add(rest, largest, out, &share);
  if (result == Inflated::unfinished) return result;
  auto tail = flush_tail;
  if (result == Inflated::ok) result = inflate_->add(tail, largest, out, nullptr);
  if (result == Inflated::ok && !inflate_->at_end_of_message()) result = Inflated::broken;
  if (!client_context_) spare = std::move(inflate_);
  return result;
}

}  // namespace sluice::websocket
