/* Preloaded into a server: what the machine may do to it, as a file says that the test maps, too. The wall clock goes
 * wrong by so many seconds; and the thread that reads next from a socket keeps its processor busy for as long as the
 * test wants. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { calm, wanted, busy };

static struct trouble {
  long seconds;
  int hog;
} none, *trouble = &none;

__attribute__((constructor)) static void map_trouble(void) {
  const char* name = getenv("SLUICE_TROUBLE");
  int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof *trouble, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) trouble = at;
  close(fd);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += trouble->seconds;
  return result;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(struct timeval* restrict result, void* restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  result->tv_sec = now.tv_sec;
  result->tv_usec = now.tv_nsec / 1000;
  return 0;
}

/* By its number, as the server receives (daemon/net/system.hpp). */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  if (!real) real = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  int expected = wanted;
  if (number == SYS_recvfrom &&
      __atomic_compare_exchange_n(&trouble->hog, &expected, busy, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
    while (__atomic_load_n(&trouble->hog, __ATOMIC_RELAXED) == busy) continue;
  long given[6];
  va_list rest;
  va_start(rest, number);
  for (int i = 0; i < 6; i++) given[i] = va_arg(rest, long);
  va_end(rest);
  return real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}
