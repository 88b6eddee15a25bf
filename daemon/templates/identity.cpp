#include "templates/identity.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace sluice::templates {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

/// Octets of the kernel's random generator, 256 UUIDs' worth a call.
class RandomPool {
 public:
  void take(unsigned char* to, std::size_t count) {
    if (used_ + count > octets_.size()) refill();
    std::memcpy(to, octets_.data() + used_, count);
    used_ += count;
  }

 private:
  void refill() {
    std::size_t have = 0;
    while (have < octets_.size()) {
      auto got = getrandom(octets_.data() + have, octets_.size() - have, 0);
      if (got < 0 && errno != EINTR) std::abort();  // cannot happen on a kernel that openat2 needs anyway
      if (got > 0) have += static_cast<std::size_t>(got);
    }
    used_ = 0;
  }

  std::array<unsigned char, 4096> octets_;
  std::size_t used_ = octets_.size();
};

char* write_hex(char* to, unsigned char octet) {
  *to++ = hex_digits[octet >> 4];
  *to++ = hex_digits[octet & 15];
  return to;
}

char* write_digits(char* to, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + width;
}

}  // namespace

std::string_view new_uuid(Arena& arena) {
  thread_local RandomPool pool;
  std::array<unsigned char, 16> octets;
  pool.take(octets.data(), octets.size());
  octets[6] = static_cast<unsigned char>((octets[6] & 0x0F) | 0x40);  // version 4
  octets[8] = static_cast<unsigned char>((octets[8] & 0x3F) | 0x80);  // variant of RFC 9562

  auto text = arena.array<char>(36);
  char* at = text.data();
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *at++ = '-';
    at = write_hex(at, octets[i]);
  }
  return {text.data(), text.size()};
}

std::string_view rfc3339(std::chrono::system_clock::time_point time, Arena& arena) {
  auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  auto day = std::chrono::floor<std::chrono::days>(seconds);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(seconds - day);

  auto text = arena.array<char>(20);
  char* at = write_digits(text.data(), static_cast<unsigned>(static_cast<int>(date.year())), 4);
  *at++ = '-';
  at = write_digits(at, static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  at = write_digits(at, static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  at = write_digits(at, static_cast<unsigned>(clock.hours().count()), 2);
  *at++ = ':';
  at = write_digits(at, static_cast<unsigned>(clock.minutes().count()), 2);
  *at++ = ':';
  at = write_digits(at, static_cast<unsigned>(clock.seconds().count()), 2);
  *at = 'Z';
  return {text.data(), text.size()};
}

std::string_view request_id_text(std::uint64_t id, Arena& arena) {
  auto text = arena.array<char>(16);
  char* at = text.data();
  for (int shift = 56; shift >= 0; shift -= 8) at = write_hex(at, static_cast<unsigned char>(id >> shift));
  return {text.data(), text.size()};
}

}  // namespace sluice::templates
