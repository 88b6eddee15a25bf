// Load for WebSockets. Opens all connections and prints "open"; a line on standard input starts the load,
// whose result is one line of JSON; the connections stay open until standard input ends. In between the
// caller looks at the server. Any wrong, missing or surplus octet ends it with status 1.
//
//   websocket_load PORT PATH MODE CONNECTIONS OCTETS SECONDS
//
//   echo       each connection sends a message, awaits its echo, sends the next
//   once       one after the other has one message echoed; SECONDS do not matter
//   broadcast  one sends, all must get it, then the next one sends
//
// `requests` counts echoes, or messages that a member of the room got; `p50` and `p99` are the microseconds
// from the send to each of them.
#define _GNU_SOURCE
#include <endian.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define PROGRAM "websocket_load"
#include "load_client.h"

// The frame to send, the frame that must come back, and when it was sent.
struct message {
  char* request;
  char* expected;
  double sent;
};

struct connection {
  int fd;
  struct message* message;
  size_t received;  // octets of the expected frame
  long messages;    // that came whole
};

static struct connection* all;
static long connections;
static size_t octets, request_length, expected_length;
static int ready_set;

static void print_result(double seconds) {
  if (!latency_count) fail("nothing came back");
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  printf("{\"requests\": %zu, \"seconds\": %.6f, \"p50\": %.1f, \"p99\": %.1f}\n", latency_count, seconds,
         (double)latencies[latency_count / 2], (double)latencies[latency_count * 99 / 100]);
  fflush(stdout);
}


static void shake_hands(int fd, int port, const char* path) {
  char text[1024];
  int length =
      snprintf(text, sizeof text,
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

static size_t write_head(char* out, int masked) {
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

static struct message* make_message(void) {
  struct message* message = calloc(1, sizeof *message);
  message->request = malloc(octets + 8);
  message->expected = malloc(octets + 4);
  return message;
}

// Octets that no other seed gives.
static void fill(struct message* message, unsigned seed) {
  size_t head = write_head(message->expected, 0);
  write_head(message->request, 1);
  char key[4];
  for (int i = 0; i < 4; i++) key[i] = (char)rand_r(&seed);
  memcpy(message->request + head, key, 4);
  for (size_t i = 0; i < octets; i++) {
    char octet = (char)rand_r(&seed);
    message->expected[head + i] = octet;
    message->request[head + 4 + i] = (char)(octet ^ key[i % 4]);
  }
  expected_length = head + octets;
  request_length = expected_length + 4;
}

static void send_message(struct connection* connection) {
  connection->message->sent = now();
  if (write(connection->fd, connection->message->request, request_length) != (ssize_t)request_length)
    fail("cannot send");
}

// Returns 1 when the expected message is complete.
static int receive(struct connection* connection) {
  static char buffer[256 * 1024];
  ssize_t got = read(connection->fd, buffer, sizeof buffer);
  if (got <= 0) fail("the connection ended");
  if (connection->received + (size_t)got > expected_length) fail("more came back than was sent");
  if (memcmp(buffer, connection->message->expected + connection->received, (size_t)got))
    fail("a message differs");
  connection->received += (size_t)got;
  if (connection->received < expected_length) return 0;
  connection->received = 0;
  connection->messages++;
  record(now() - connection->message->sent);
  return 1;
}

static int await_events(struct epoll_event* ready, int room) {
  int n = epoll_wait(ready_set, ready, room, patience * 1000);
  if (n <= 0) fail("a message did not come back");
  return n;
}

static void open_all(int port, const char* path, int shared) {
  all = calloc((size_t)connections, sizeof *all);
  ready_set = epoll_create1(0);
  for (long i = 0; i < connections; i++) {
    all[i].fd = connect_to(port);
    shake_hands(all[i].fd, port, path);
    all[i].message = shared && i ? all[0].message : make_message();
    if (!shared) fill(all[i].message, (unsigned)i + 1);
    struct epoll_event interest = {.events = EPOLLIN, .data.ptr = &all[i]};
    epoll_ctl(ready_set, EPOLL_CTL_ADD, all[i].fd, &interest);
  }
}

static void echo(double end) {
  for (long i = 0; i < connections; i++) send_message(&all[i]);
  while (now() < end) {
    struct epoll_event ready[256];
    int n = await_events(ready, 256);
    for (int i = 0; i < n; i++) {
      if (receive(ready[i].data.ptr)) send_message(ready[i].data.ptr);
    }
  }
}

static void echo_once(void) {
  for (long i = 0; i < connections; i++) {
    send_message(&all[i]);
    while (!receive(&all[i])) continue;
  }
}

static void broadcast(double end) {
  for (long round = 1; round == 1 || now() < end; round++) {
    fill(all[0].message, (unsigned)round);
    send_message(&all[round % connections]);
    for (long waiting = connections; waiting > 0;) {
      struct epoll_event ready[256];
      int n = await_events(ready, 256);
      for (int i = 0; i < n; i++) {
        struct connection* member = ready[i].data.ptr;
        if (!receive(member)) continue;
        if (member->messages != round) fail("a member got a message twice");
        waiting--;
      }
    }
  }
}

int main(int count, char** arguments) {
  if (count != 7) return 64;
  const char* mode = arguments[3];
  connections = atol(arguments[4]);
  octets = (size_t)atol(arguments[5]);
  double seconds = atof(arguments[6]);
  if (octets > 65535 || connections < 1) return 64;

  open_all(atoi(arguments[1]), arguments[2], !strcmp(mode, "broadcast"));
  puts("open");
  fflush(stdout);
  if (getchar() == EOF) return 0;

  double start = now();
  if (!strcmp(mode, "echo")) {
    echo(start + seconds);
  } else if (!strcmp(mode, "once")) {
    echo_once();
  } else {
    broadcast(start + seconds);
  }
  print_result(now() - start);
  while (getchar() != EOF) continue;
  return 0;
}
