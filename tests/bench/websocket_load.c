// Load for a WebSocket echo. Each connection sends a message, waits for its echo, compares every octet, sends the next.
// Prints {"requests": …, "seconds": …}. Any wrong, missing or surplus octet ends it with status 1.
//
//   websocket_load PORT PATH CONNECTIONS OCTETS SECONDS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

// A connection's frame to send and the frame that must come back.
struct connection {
  int fd;
  char* request;
  char* expected;
  size_t received;
};

static size_t request_length, expected_length;

static void fail(const char* what) {
  fprintf(stderr, "websocket_load: %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr*)&address, sizeof address)) fail("cannot connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  return fd;
}

static void shake_hands(int fd, int port, const char* path) {
  char text[1024];
  int length = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                        path, port);
  if (write(fd, text, (size_t)length) != length) fail("cannot send the handshake");
  size_t got = 0;
  while (!memmem(text, got, "\r\n\r\n", 4)) {
    ssize_t n = read(fd, text + got, sizeof text - got);
    if (n <= 0) fail("the handshake was not answered");
    got += (size_t)n;
  }
  // The answer to the nonce of RFC 6455 §1.3.
  if (strncmp(text, "HTTP/1.1 101 ", 13) || !memmem(text, got, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", 28)) {
    fail("the handshake was answered wrongly");
  }
}

static size_t write_head(char* out, size_t octets, int masked) {
  out[0] = (char)0x82;  // a whole binary message
  size_t head = 2;
  if (octets < 126) {
    out[1] = (char)octets;
  } else {
    out[1] = 126;
    uint16_t wide = htobe16((uint16_t)octets);
    memcpy(out + 2, &wide, 2);
    head = 4;
  }
  if (masked) out[1] = (char)(out[1] | 0x80);
  return head;
}

static void make_frames(struct connection* connection, size_t octets, unsigned seed) {
  connection->request = malloc(octets + 8);
  connection->expected = malloc(octets + 4);
  size_t head = write_head(connection->expected, octets, 0);
  write_head(connection->request, octets, 1);
  char key[4];
  for (int i = 0; i < 4; i++) key[i] = (char)rand_r(&seed);
  memcpy(connection->request + head, key, 4);
  for (size_t i = 0; i < octets; i++) {
    char octet = (char)rand_r(&seed);
    connection->expected[head + i] = octet;
    connection->request[head + 4 + i] = (char)(octet ^ key[i % 4]);
  }
  expected_length = head + octets;
  request_length = expected_length + 4;
}

static void send_message(struct connection* connection) {
  if (write(connection->fd, connection->request, request_length) != (ssize_t)request_length) fail("cannot send");
}

// Returns 1 when the echo is complete.
static int receive(struct connection* connection) {
  static char buffer[256 * 1024];
  ssize_t got = read(connection->fd, buffer, sizeof buffer);
  if (got <= 0) fail("the connection ended");
  if (connection->received + (size_t)got > expected_length) fail("more came back than was sent");
  if (memcmp(buffer, connection->expected + connection->received, (size_t)got)) fail("the echo differs");
  connection->received += (size_t)got;
  if (connection->received < expected_length) return 0;
  connection->received = 0;
  return 1;
}

int main(int count, char** arguments) {
  if (count != 6) return 64;
  int port = atoi(arguments[1]), peers = atoi(arguments[3]);
  size_t octets = (size_t)atol(arguments[4]);
  double seconds = atof(arguments[5]);
  if (octets > 65535) return 64;

  struct connection* all = calloc((size_t)peers, sizeof *all);
  int poll = epoll_create1(0);
  for (int i = 0; i < peers; i++) {
    all[i].fd = connect_to(port);
    shake_hands(all[i].fd, port, arguments[2]);
    make_frames(&all[i], octets, (unsigned)i + 1);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl(poll, EPOLL_CTL_ADD, all[i].fd, &interest);
  }

  double start = now(), end = start + seconds, last = start;
  long requests = 0;
  for (int i = 0; i < peers; i++) send_message(&all[i]);
  while ((last = now()) < end) {
    struct epoll_event ready[256];
    int n = epoll_wait(poll, ready, 256, 2000);
    if (n == 0) fail("no echo for two seconds");
    for (int i = 0; i < n; i++) {
      if (!receive(ready[i].data.ptr)) continue;
      requests++;
      send_message(ready[i].data.ptr);
    }
  }
  printf("{\"requests\": %ld, \"seconds\": %.6f}\n", requests, last - start);
  return 0;
}
