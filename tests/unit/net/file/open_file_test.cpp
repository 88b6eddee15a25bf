#include "net/file/open_file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace sluice::net;

namespace {

constexpr std::uint64_t mib = 1 << 20;

/// A file of some MiB on the disk, in memory or not.
struct DiskFile {
  int fd;
  explicit DiskFile(std::uint64_t size) {
    char name[] = "/var/tmp/sluice-open-file-XXXXXX";
    fd = ::mkstemp(name);
    ::unlink(name);
    std::vector<char> octets(size, 'x');
    REQUIRE(::write(fd, octets.data(), size) == static_cast<ssize_t>(size));
    ::fsync(fd);
  }
  /// False where the file system keeps everything in memory. A busy kernel may still hold some pages at first.
  bool forget() {
    for (int tries = 0; tries < 200; ++tries) {
      ::fsync(fd);
      ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
      if (nothing_in_memory()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  bool nothing_in_memory() const {
    struct stat status{};
    ::fstat(fd, &status);
    return lacks(0, static_cast<std::uint64_t>(status.st_size));
  }
  /// Whether nothing of a stretch is in memory. Asking for what is not there makes the kernel read it, and a quick disk
  /// may be done before the answer: only what is missing after a question was missing before.
  bool lacks(std::uint64_t offset, std::uint64_t length = 1) const {
    auto begin = offset / 4096 * 4096;
    auto size = static_cast<std::size_t>(offset + length - begin);
    void* mapped = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(begin));
    REQUIRE(mapped != MAP_FAILED);
    std::vector<unsigned char> pages((size + 4095) / 4096);
    REQUIRE(::mincore(mapped, size, pages.data()) == 0);
    ::munmap(mapped, size);
    return std::ranges::none_of(pages, [](auto page) { return (page & 1) != 0; });
  }
  void read(std::uint64_t offset, std::uint64_t length) {
    std::vector<char> octets(length);
    REQUIRE(::pread(fd, octets.data(), length, static_cast<off_t>(offset)) == static_cast<ssize_t>(length));
  }
};

}  // namespace

TEST_CASE("what has been read of a file is resident, what has been forgotten is not") {
  DiskFile disk(4 * mib);
  OpenFile file(disk.fd);
  CHECK(file.resident(0, mib, 0) == mib);
  if (!disk.forget()) return;
  auto found = file.resident(0, mib, 5000);
  if (disk.lacks(0)) CHECK(found == 0);
  disk.read(0, 2 * mib);
  CHECK(file.resident(0, mib, 5000) == mib);
  CHECK(file.resident(mib + 10, 100, 5000) == 100);
}

TEST_CASE("what was found resident is believed to be so for a second, each file by itself") {
  DiskFile disk(2 * mib), other(2 * mib);
  OpenFile file(disk.fd), second(other.fd);
  CHECK(file.resident(0, mib, 5000) == mib);
  if (!disk.forget() || !other.forget()) return;
  CHECK(file.resident(0, mib, 5900) == mib);
  auto found = second.resident(0, mib, 5900);
  if (other.lacks(0)) CHECK(found == 0);
  found = file.resident(0, mib, 6000);
  if (disk.lacks(0)) CHECK(found == 0);
}

TEST_CASE("of a long stretch the part that is certain goes first") {
  DiskFile disk(4 * mib);
  OpenFile file(disk.fd);
  CHECK(file.resident(0, 4 * mib, 0) == mib);
  CHECK(file.resident(mib, 3 * mib, 0) == mib);
  CHECK(file.resident(0, 4 * mib, 10) == 2 * mib);
  CHECK(file.resident(mib / 2, 4 * mib, 10) == 3 * mib / 2);
}

TEST_CASE("who asks for a part learns of the rest nearby with one look, if it is there") {
  DiskFile disk(2 * mib);
  OpenFile file(disk.fd);
  CHECK(file.resident(0, mib / 4, 0) == mib / 4);
  if (!disk.forget()) return;
  CHECK(file.resident(mib / 4, mib / 2, 900) == mib / 2);  // believed
  auto found = file.resident(mib, 1, 900);
  if (disk.lacks(mib)) CHECK(found == 0);
}

TEST_CASE("a part is resident without the rest nearby") {
  DiskFile disk(4 * mib);
  OpenFile file(disk.fd);
  if (!disk.forget()) return;
  ::posix_fadvise(disk.fd, 0, 0, POSIX_FADV_RANDOM);  // what is not asked for is not read ahead
  disk.read(0, mib / 4);
  CHECK(file.resident(0, mib / 4, 0) == mib / 4);
  auto found = file.resident(mib / 2, mib / 4, 0);
  auto end_of_next_piece = mib / 4 + mib / 8 - 1;  // which the first question may have had read
  if (disk.lacks(end_of_next_piece) && disk.lacks(mib / 2)) CHECK(found == 0);
  found = OpenFile(::dup(disk.fd)).resident(mib / 8, mib, 0);
  CHECK(found >= mib / 8);  // what is there goes first
  if (disk.lacks(end_of_next_piece)) CHECK(found == mib / 8);
}

TEST_CASE(
    "a range is resident though the rest of its piece is not, and so is not the end of a file though its begin is") {
  constexpr std::uint64_t kib = 1024;
  DiskFile disk(mib), small(100 * kib);
  OpenFile file(disk.fd), short_file(small.fd);
  if (!disk.forget() || !small.forget()) return;
  for (int fd : {disk.fd, small.fd}) ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM);
  disk.read(300 * kib, 20 * kib);
  CHECK(file.resident(300 * kib, 20 * kib, 0) == 20 * kib);
  auto found = file.resident(300 * kib, 60 * kib, 5000);
  if (disk.lacks(359 * kib) && disk.lacks(383 * kib)) CHECK(found == 0);
  small.read(0, 8 * kib);
  found = short_file.resident(0, 100 * kib, 0);
  if (small.lacks(99 * kib)) CHECK(found == 0);
  CHECK(short_file.resident(0, 8 * kib, 5000) == 8 * kib);
  small.read(0, 100 * kib);
  CHECK(short_file.resident(0, 100 * kib, 10000) == 100 * kib);
}

TEST_CASE("a file in memory always is resident, a remote one never") {
  DiskFile disk(mib);
  CHECK(OpenFile(::dup(disk.fd), Storage::memory).resident(0, mib, 0) == mib);
  CHECK(OpenFile(disk.fd, Storage::remote).resident(0, mib, 0) == 0);
}

TEST_CASE("a file system that cannot be asked for octets is asked for pages") {
  char name[] = "/dev/shm/sluice-open-file-XXXXXX";  // tmpfs has no RWF_NOWAIT, and overlayfs neither
  int fd = ::mkstemp(name);
  if (fd < 0) return;
  ::unlink(name);
  REQUIRE(::write(fd, "0123456789", 10) == 10);
  REQUIRE(::ftruncate(fd, 3 * mib) == 0);
  OpenFile file(fd);
  CHECK(file.resident(0, 10, 0) == 10);
  CHECK(file.resident(3 * mib, 10, 5000) == 10);  // past its end nothing is waited for
  CHECK(file.resident(mib, mib, 5000) == 0);      // a hole was never in memory
  CHECK(file.resident(0, mib, 5000) == static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
}

TEST_CASE("a file that is rewritten and longer does not hold still, where it cannot be asked for octets either") {
  for (const char* folder : {"/dev/shm", "/var/tmp"}) {
    std::string name = std::string(folder) + "/sluice-open-file-XXXXXX";
    int fd = ::mkstemp(name.data());
    if (fd < 0) continue;
    ::unlink(name.c_str());
    const std::string old(100'000, 'a'), longer(100'100, 'b');
    REQUIRE(::pwrite(fd, old.data(), old.size(), 0) == static_cast<ssize_t>(old.size()));
    auto sample = sample_of(fd, old.size(), true);
    REQUIRE(sample);
    CHECK(sample_of(fd, old.size(), false) == *sample);  // all of it is in memory
    OpenFile file(fd, Storage::disk, FileState{old.size(), 1, 0, *sample});
    REQUIRE(::pwrite(fd, "more", 4, 100'000) == 4);
    CHECK(file.holds_still());
    REQUIRE(::pwrite(fd, longer.data(), longer.size(), 0) == static_cast<ssize_t>(longer.size()));
    CHECK_FALSE(file.holds_still());
  }
}
