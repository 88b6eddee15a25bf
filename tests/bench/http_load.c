// Load for HTTP/1.1 where wrk has none to offer. Opens all connections, has one request answered on each and
// prints "open"; a line on standard input starts the load, whose result is one line of JSON; the connections
// stay open until standard input ends. Any answer but 200 with the body that is expected ends it with status 1.
//
//   http_load PORT PATH MODE CONNECTIONS RATE SECONDS BODY [OTHER_BODY]
//
//   rate   RATE requests a second, due at random times (a Poisson process, the same one each time) whether
//          or not earlier ones have been answered; latencies count from when a request was due, so what
//          waits because the server is slow counts too (no coordinated omission)
//   once   one connection after the other asks once more
//   watch  one connection asks again and again; each further line prints the result since the last one;
//          the body may change to OTHER_BODY and back, and `changes` says how often it has
//
// Latencies are microseconds.
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#define PROGRAM "http_load"
#include "load_client.h"

enum { answer_room = 4096 };  // octets of an answer

struct connection {
  int fd;
  double due;  // when what is asked now should have been asked
  size_t received;
  char answer[answer_room];
};

static struct connection* all;
static long connections;
static int ready_set;
static char request[1024];
static size_t request_length;
static const char* bodies[2];
static int body;  // the index of the one that came last
static long changes;

static double cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double percentile(double share) {
  size_t index = (size_t)(share * (double)latency_count);
  return (double)latencies[index < latency_count ? index : latency_count - 1];
}

static void print_result(long answered, double seconds, double busy) {
  if (!latency_count) fail("nothing came back");
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  printf(
      "{\"requests\": %ld, \"seconds\": %.6f, \"p50\": %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p999\": %.1f, "
      "\"max\": %.1f, \"changes\": %ld, \"generator\": %.3f}\n",
      answered, seconds, percentile(0.5), percentile(0.9), percentile(0.99), percentile(0.999), percentile(1), changes,
      busy / seconds);
  fflush(stdout);
  latency_count = 0;
  changes = 0;
}

static void ask(struct connection* connection, double due) {
  connection->due = due;
  if (write(connection->fd, request, request_length) != (ssize_t)request_length) fail("cannot send");
}

// Octets of the answer that are expected, or 0 while its head is incomplete.
static size_t whole_length(struct connection* connection) {
  char* end = memmem(connection->answer, connection->received, "\r\n\r\n", 4);
  if (!end) return 0;
  *end = 0;
  const char* field = strcasestr(connection->answer, "\r\ncontent-length:");
  if (!field) fail("an answer without Content-Length");
  size_t length = strtoul(field + 17, NULL, 10);
  *end = '\r';
  return (size_t)(end + 4 - connection->answer) + length;
}

static void check(struct connection* connection, size_t length) {
  if (strncmp(connection->answer, "HTTP/1.1 200 ", 13)) fail("an answer that is not 200");
  for (int i = 0; i < 2 && bodies[i]; i++) {
    size_t size = strlen(bodies[i]);
    if (length < size + 4 || memcmp(connection->answer + length - size, bodies[i], size)) continue;
    if (memcmp(connection->answer + length - size - 4, "\r\n\r\n", 4)) continue;
    if (i != body) changes++;
    body = i;
    return;
  }
  fail("a wrong body");
}

// Returns 1 when the answer is complete.
static int receive(struct connection* connection) {
  ssize_t got = read(connection->fd, connection->answer + connection->received, answer_room - connection->received);
  if (got == 0) fail("the connection ended");
  if (got < 0) fail("no answer");
  connection->received += (size_t)got;
  size_t length = whole_length(connection);
  if (length > answer_room) fail("a wrong body");
  if (length == 0 || connection->received < length) return 0;
  if (connection->received > length) fail("more came back than was asked for");
  check(connection, length);
  connection->received = 0;
  return 1;
}

static void ask_and_wait(struct connection* connection) {
  ask(connection, now());
  while (!receive(connection)) continue;
  record(now() - connection->due);
}

static void open_all(int port) {
  all = calloc((size_t)connections, sizeof *all);
  ready_set = epoll_create1(0);
  for (long i = 0; i < connections; i++) {
    all[i].fd = connect_to(port);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl(ready_set, EPOLL_CTL_ADD, all[i].fd, &interest);
    ask_and_wait(&all[i]);
  }
  latency_count = 0;
}

// The times at which requests are due, in seconds from the start.
static double* make_schedule(double rate, double seconds, long* count) {
  size_t space = (size_t)(rate * seconds * 1.5) + 1000;
  double* due = malloc(space * sizeof *due);
  if (!due) fail("out of memory");
  unsigned short seed[3] = {1, 2, 3};
  size_t n = 0;
  for (double at = 0; n < space; n++) {
    at -= log(1 - erand48(seed)) / rate;
    if (at >= seconds) break;
    due[n] = at;
  }
  *count = (long)n;
  return due;
}

// Asks at the times that are due, polling without a pause: a timer would wake too late. Returns how many were
// answered. What is unanswered at the end counts with the time that it has waited so far.
static long keep_rate(double rate, double seconds) {
  long count, asked = 0, answered = 0, idle = connections;
  double* schedule = make_schedule(rate, seconds, &count);
  struct connection** free_ones = malloc((size_t)connections * sizeof(struct connection*));
  for (long i = 0; i < connections; i++) free_ones[i] = &all[i];
  double start = now(), end = start + seconds, time;
  while ((time = now()) < end) {
    for (; asked < count && idle && start + schedule[asked] <= time; asked++)
      ask(free_ones[--idle], start + schedule[asked]);
    struct epoll_event ready[64];
    int n = epoll_wait(ready_set, ready, 64, 0);
    for (int i = 0; i < n; i++) {
      struct connection* connection = ready[i].data.ptr;
      if (!receive(connection)) continue;
      record(now() - connection->due);
      connection->due = 0;
      free_ones[idle++] = connection;
      answered++;
    }
  }
  for (long i = asked; i < count; i++) record(seconds - schedule[i]);
  for (long i = 0; i < connections; i++)
    if (connections - idle > 0 && all[i].due > 0) record(end - all[i].due);
  return answered;
}

static int told(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  return poll(&input, 1, 0) > 0;
}

// Reports whenever it is told to, until standard input ends.
static void watch(void) {
  for (;;) {
    double start = now(), busy = cpu_seconds();
    while (!told()) ask_and_wait(&all[0]);
    char line[2];
    if (read(STDIN_FILENO, line, 1) != 1) return;
    print_result((long)latency_count, now() - start, cpu_seconds() - busy);
  }
}

int main(int count, char** arguments) {
  if (count != 8 && count != 9) return 64;
  const char* mode = arguments[3];
  connections = atol(arguments[4]);
  double rate = atof(arguments[5]), seconds = atof(arguments[6]);
  bodies[0] = arguments[7];
  bodies[1] = count == 9 ? arguments[8] : NULL;
  request_length = (size_t)snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
                                    arguments[2], arguments[1]);
  if (connections < 1 || request_length >= sizeof request) return 64;

  open_all(atoi(arguments[1]));
  puts("open");
  fflush(stdout);
  char line;
  if (read(STDIN_FILENO, &line, 1) != 1) return 0;

  if (!strcmp(mode, "watch")) {
    changes = 0;
    watch();
    return 0;
  }
  double start = now(), busy = cpu_seconds();
  long answered = connections;
  if (!strcmp(mode, "rate")) {
    answered = keep_rate(rate, seconds);
  } else {
    for (long i = 0; i < connections; i++) ask_and_wait(&all[i]);
  }
  print_result(answered, now() - start, cpu_seconds() - busy);
  while (read(STDIN_FILENO, &line, 1) == 1) continue;
  return 0;
}
