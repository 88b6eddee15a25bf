#include "files/content/decompressor.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace sluice::files {

namespace {

/// What a decoder is given, and takes the front off.
struct Input {
  const std::uint8_t* next;
  std::size_t left;
};

/// One decoder: fills `room` octets at `to`, sets `room` to what is left of them, and says whether that was the end;
/// nothing where the input is broken, or ends too early.
class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual std::optional<bool> step(Input& input, std::uint8_t* to, std::size_t& room) = 0;
};

class Gzip final : public Decoder {
 public:
  Gzip() { inflateInit2(&stream_, 15 + 16); }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::optional<bool> step(Input& input, std::uint8_t* to, std::size_t& room) override {
    stream_.next_in = const_cast<Bytef*>(input.next);  // zlib only reads there
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(input.left, 1 << 30));
    auto given = stream_.avail_in;
    stream_.next_out = to;
    stream_.avail_out = static_cast<uInt>(room);
    int result = inflate(&stream_, Z_NO_FLUSH);
    input = {stream_.next_in, input.left - (given - stream_.avail_in)};
    bool moved = stream_.avail_out < room || stream_.avail_in < given;
    room = stream_.avail_out;
    if (result == Z_STREAM_END) {  // there may be further members (RFC 1952 §2.2)
      if (std::all_of(input.next, input.next + input.left, [](auto byte) { return byte == 0; }))
        return true;  // padding
      return inflateReset(&stream_) == Z_OK ? std::optional(false) : std::nullopt;
    }
    return result == Z_OK && moved ? std::optional(false) : std::nullopt;
  }

 private:
  z_stream stream_{};
};

class Brotli final : public Decoder {
 public:
  std::optional<bool> step(Input& input, std::uint8_t* to, std::size_t& room) override {
    auto result = BrotliDecoderDecompressStream(state_.get(), &input.left, &input.next, &room, &to, nullptr);
    if (result == BROTLI_DECODER_RESULT_SUCCESS) return input.left == 0 ? std::optional(true) : std::nullopt;
    return result == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT ? std::optional(false) : std::nullopt;
  }

 private:
  struct Destroy {
    void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
  };
  std::unique_ptr<BrotliDecoderState, Destroy> state_{BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)};
};

class Zstd final : public Decoder {
 public:
  Zstd() {
    constexpr int window = 23;  // RFC 9659: 8 MiB
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window);
  }
  std::optional<bool> step(Input& input, std::uint8_t* to, std::size_t& room) override {
    ZSTD_inBuffer in{input.next, input.left, 0};
    ZSTD_outBuffer out{to, room, 0};
    auto result = ZSTD_decompressStream(context_.get(), &out, &in);
    bool moved = in.pos > 0 || out.pos > 0;
    input = {input.next + in.pos, input.left - in.pos};
    room -= out.pos;
    if (ZSTD_isError(result) || !moved) return std::nullopt;
    return result == 0 && input.left == 0;
  }

 private:
  struct Destroy {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  std::unique_ptr<ZSTD_DCtx, Destroy> context_{ZSTD_createDCtx()};
};

std::unique_ptr<Decoder> decoder_of(http::Coding coding) {
  switch (coding) {
    case http::Coding::gzip: return std::make_unique<Gzip>();
    case http::Coding::brotli: return std::make_unique<Brotli>();
    case http::Coding::zstd: return std::make_unique<Zstd>();
    case http::Coding::identity: break;
  }
  return nullptr;
}

}  // namespace

std::expected<std::string, DecodeFault> decompress(std::string_view octets, http::Coding coding, std::size_t most) {
  constexpr std::size_t piece = 64 * 1024;
  auto decoder = decoder_of(coding);
  if (!decoder || octets.empty()) return std::unexpected(DecodeFault::broken);
  Input input{reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()};
  std::string out;
  while (true) {
    auto used = out.size();
    out.resize(used + piece);
    std::size_t room = piece;
    auto ended = decoder->step(input, reinterpret_cast<std::uint8_t*>(out.data() + used), room);
    if (!ended) return std::unexpected(DecodeFault::broken);
    out.resize(out.size() - room);
    if (out.size() > most) return std::unexpected(DecodeFault::too_large);
    if (*ended) return out;
  }
}

}  // namespace sluice::files
