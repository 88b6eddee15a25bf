#include "http/content/encoder.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>

namespace sluice::http {
namespace {

/// How much room is made in the output at a time.
constexpr std::size_t room = 16 * 1024;

class GzipEncoder final : public Encoder {
 public:
  explicit GzipEncoder(bool small) {
    constexpr int level = 4, with_gzip_head = 16;
    int window = small ? 13 : 15, memory = small ? 5 : 8;
    ready_ = deflateInit2(&stream_, level, Z_DEFLATED, window + with_gzip_head, memory, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~GzipEncoder() override {
    if (ready_) deflateEnd(&stream_);
  }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  bool ready() const { return ready_; }

  bool append(std::string& out, std::string_view piece, Then then) override {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
    stream_.avail_in = static_cast<uInt>(piece.size());
    int flush = then == Then::end ? Z_FINISH : then == Then::flush ? Z_SYNC_FLUSH : Z_NO_FLUSH;
    do {
      auto size = out.size();
      out.resize(size + room);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + size);
      stream_.avail_out = room;
      if (deflate(&stream_, flush) == Z_STREAM_ERROR) return false;
      out.resize(size + room - stream_.avail_out);
    } while (stream_.avail_out == 0);
    return true;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

class ZstdEncoder final : public Encoder {
 public:
  explicit ZstdEncoder(bool small) : context_(ZSTD_createCCtx()) {
    if (!context_) return;
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, small ? 1 : 3);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, small ? 13 : 16);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_hashLog, small ? 12 : 15);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_chainLog, small ? 12 : 15);
  }
  ~ZstdEncoder() override { ZSTD_freeCCtx(context_); }
  ZstdEncoder(const ZstdEncoder&) = delete;
  ZstdEncoder& operator=(const ZstdEncoder&) = delete;

  bool ready() const { return context_ != nullptr; }

  bool append(std::string& out, std::string_view piece, Then then) override {
    ZSTD_inBuffer in{piece.data(), piece.size(), 0};
    auto mode = then == Then::end ? ZSTD_e_end : then == Then::flush ? ZSTD_e_flush : ZSTD_e_continue;
    for (;;) {
      auto size = out.size();
      out.resize(size + room);
      ZSTD_outBuffer to{out.data(), out.size(), size};
      auto left = ZSTD_compressStream2(context_, &to, &in, mode);
      out.resize(to.pos);
      if (ZSTD_isError(left)) return false;
      if (mode == ZSTD_e_continue ? in.pos == in.size : left == 0) return true;
    }
  }

 private:
  ZSTD_CCtx* context_;
};

template <class Made>
std::unique_ptr<Encoder> checked(std::unique_ptr<Made> made) {
  return made->ready() ? std::move(made) : nullptr;
}

}  // namespace

std::unique_ptr<Encoder> Encoder::make(Coding coding, bool small) {
  if (coding == Coding::gzip) return checked(std::make_unique<GzipEncoder>(small));
  if (coding == Coding::zstd) return checked(std::make_unique<ZstdEncoder>(small));
  return nullptr;
}

}  // namespace sluice::http
