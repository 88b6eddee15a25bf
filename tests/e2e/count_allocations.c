/* Preloaded into a server: counts what it asks of the allocator, in a file that the test maps, too. Threads count in
 * one place each by an atomic addition; freeing is not counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);

static unsigned long unmapped;
static unsigned long* count = &unmapped;

__attribute__((constructor)) static void map_counter(void) {
  const char* name = getenv("SLUICE_ALLOCATIONS");
  int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
  if (fd < 0) return;
  void* at = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at != MAP_FAILED) count = at;
  close(fd);
}

static void note(void) { __atomic_fetch_add(count, 1, __ATOMIC_RELAXED); }

void* malloc(size_t size) {
  note();
  return __libc_malloc(size);
}
void* calloc(size_t number, size_t size) {
  note();
  return __libc_calloc(number, size);
}
void* realloc(void* old, size_t size) {
  note();
  return __libc_realloc(old, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, size_t alignment, size_t size) {
  note();
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}
