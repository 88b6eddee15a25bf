// What the load generators share: time, latencies, connections. Each includes it once and says its name before.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { patience = 10 };  // seconds that a server may take for anything

static float* latencies;  // microseconds
static size_t latency_count, latency_room;

static void fail(const char* what) {
  fprintf(stderr, PROGRAM ": %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void record(double seconds) {
  if (latency_count == latency_room) {
    latency_room = latency_room ? latency_room * 2 : 1 << 16;
    latencies = realloc(latencies, latency_room * sizeof *latencies);
    if (!latencies) fail("out of memory");
  }
  latencies[latency_count++] = (float)(seconds * 1e6);
}

static int ascending(const void* a, const void* b) {
  float left = *(const float*)a, right = *(const float*)b;
  return (left > right) - (left < right);
}

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) fail("too few descriptors");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr*)&address, sizeof address)) fail("cannot connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = patience}, sizeof(struct timeval));
  // Resets at the end: thousands of ports in TIME_WAIT would be missing in the next round.
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){.l_onoff = 1}, sizeof(struct linger));
  return fd;
}
