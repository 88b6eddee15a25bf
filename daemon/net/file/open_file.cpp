#include "net/file/open_file.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "net/file/slow_close.hpp"

namespace sluice::net {

namespace {

constexpr std::uint64_t region_size = 1 << 20;
constexpr std::uint64_t smallest_page = 4096;
/// The kernel reads ahead in pieces of this size, so that its last octet stands for the whole piece.
constexpr std::uint64_t piece_size = 128 * 1024;
/// What was in memory is believed to be there still for so long, in milliseconds.
constexpr std::uint64_t fresh_for = 1000;

/// A stretch of a file that was found in memory.
struct Stretch {
  std::uint64_t file = 0, begin = 0, end = 0;
  std::uint64_t seen = 0;  // ms
};

/// Where a thread remembers what it has found of a region; another region may take the place.
Stretch& remembered(std::uint64_t file, std::uint64_t region) {
  static thread_local std::array<Stretch, 256> all;
  return all[(file * 31 + region) % all.size()];
}

enum class Answer : std::uint8_t { resident, absent, past_the_end, unsupported };

/// Asks for one octet, which is read only if it is in memory.
Answer ask_for_octet(int fd, std::uint64_t offset) {
  char octet = 0;
  iovec part{&octet, 1};
  auto got = ::preadv2(fd, &part, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  if (got >= 0) return got > 0 ? Answer::resident : Answer::past_the_end;
  return errno == EOPNOTSUPP ? Answer::unsupported : Answer::absent;
}

/// Asks about the pages of a region at once, where a file system such as overlayfs cannot be asked for octets. Where
/// nothing can be learned the answer is yes, and the sending may wait for the disk.
std::uint64_t pages_resident_until(int fd, std::uint64_t begin, std::uint64_t end) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return end;
  auto last = std::min(end, static_cast<std::uint64_t>(status.st_size));
  auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  auto first = begin - begin % page;
  if (first >= last) return end;
  auto* map = ::mmap(nullptr, last - first, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(first));
  if (map == MAP_FAILED) return end;
  std::array<unsigned char, region_size / smallest_page> pages;
  bool answered = ::mincore(map, last - first, pages.data()) == 0;
  ::munmap(map, last - first);
  auto count = static_cast<std::ptrdiff_t>((last - first + page - 1) / page);
  auto absent =
      std::find_if(pages.begin(), pages.begin() + count, [](unsigned char state) { return (state & 1) == 0; });
  if (!answered || absent == pages.begin() + count) return end;  // behind the end of the file nothing is waited for
  return std::max(begin, first + static_cast<std::uint64_t>(absent - pages.begin()) * page);
}

/// How far a stretch inside one region is in memory: `end`, or less, or `begin`. `wanted`, between them: what is asked
/// for now, whose last octet counts where the piece around it is not there as a whole.
std::uint64_t resident_until(int fd, std::uint64_t begin, std::uint64_t wanted, std::uint64_t end) {
  auto first = ask_for_octet(fd, begin);
  if (first == Answer::unsupported) return pages_resident_until(fd, begin, end);
  if (first == Answer::absent) return begin;
  if (first == Answer::past_the_end) return end;
  for (auto at = begin; at < end;) {
    auto piece_end = std::min(end, (at / piece_size + 1) * piece_size);
    auto last = ask_for_octet(fd, piece_end - 1);
    if (last == Answer::resident) {
      at = piece_end;
      continue;
    }
    if (wanted <= at) return at;
    auto last_wanted = wanted < piece_end ? ask_for_octet(fd, wanted - 1) : last;
    if (last_wanted == Answer::absent) return at;
    return last == Answer::past_the_end ? end : wanted;  // the file ends in this piece, or it is there in part
  }
  return end;
}

std::uint64_t new_id() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

std::expected<std::string, int> sample_of(int fd, std::uint64_t size, bool may_wait) {
  constexpr std::uint64_t stretch = 64;
  std::string sample;
  auto last = size - std::min(size, stretch);
  for (auto offset : {std::uint64_t{0}, last / 2, last}) {
    std::array<char, stretch> octets;
    iovec part{octets.data(), static_cast<std::size_t>(std::min(size, stretch))};
    ssize_t got = 0;
    do {
      got = ::preadv2(fd, &part, 1, static_cast<off_t>(offset), may_wait ? 0 : RWF_NOWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && errno == EOPNOTSUPP && pages_resident_until(fd, offset, offset + stretch) > offset)
      got = ::preadv2(fd, &part, 1, static_cast<off_t>(offset), 0);
    if (got < 0) return std::unexpected(errno == EOPNOTSUPP ? EAGAIN : errno);
    sample.append(octets.data(), static_cast<std::size_t>(got));
  }
  return sample;
}

OpenFile::OpenFile(int fd, Storage storage, std::optional<FileState> state)
    : fd_(fd), storage_(storage), state_(std::move(state)), id_(new_id()) {}

OpenFile::~OpenFile() {
  if (storage_ == Storage::remote) {
    close_elsewhere(fd_);
  } else {
    ::close(fd_);
  }
}

bool OpenFile::holds_still() const {
  if (!state_) return true;
  struct stat now{};
  if (::fstat(fd_, &now) != 0) return false;
  auto size = static_cast<std::uint64_t>(now.st_size);
  bool rewritten = now.st_mtim.tv_sec != state_->modified || now.st_mtim.tv_nsec != state_->modified_nanos;
  if (size <= state_->size) return size == state_->size && !rewritten;
  auto sample = sample_of(fd_, state_->size, false);
  return !sample || *sample == state_->sample;  // what is not in memory was not written just now
}

std::uint64_t OpenFile::resident(std::uint64_t offset, std::uint64_t length, std::uint64_t now) const {
  if (storage_ != Storage::disk) return storage_ == Storage::memory ? length : 0;
  auto all = offset + length;
  auto end = offset;
  while (end < all) {
    auto region = end / region_size;
    auto region_end = (region + 1) * region_size;
    auto wanted = std::min(all, region_end);
    auto& known = remembered(id_, region);
    bool is_known =
        known.file == id_ && known.begin <= end && known.end > end && known.seen <= now && now - known.seen < fresh_for;
    if (!is_known) {
      if (end > offset) break;  // the next call will tell; what is certain goes first
      // Whoever asks for a part of the region soon asks for the rest: one look for all of it.
      auto until = resident_until(fd_, end, wanted, region_end);
      if (until == end) return 0;
      known = {id_, end, until, now};
    }
    end = std::min(wanted, known.end);
    if (end < wanted) break;
  }
  return end - offset;
}

std::string name_of(const OpenFile& file) {
  std::array<char, 4096> name;
  auto link = "/proc/self/fd/" + std::to_string(file.fd());
  auto size = ::readlink(link.c_str(), name.data(), name.size());
  return size > 0 ? std::string(name.data(), static_cast<std::size_t>(size)) : "a file";
}

}  // namespace sluice::net
