// Load for WebSockets. Opens all connections and prints "open"; a line on standard input starts the load,
// whose result is one line of JSON; the connections stay open until standard input ends. In between the
// caller looks at the server. Any wrong, missing or surplus octet ends it with status 1.
//
//   websocket_load PORT PATH MODE CONNECTIONS OCTETS SECONDS
//
//   echo       each connection sends a message, awaits its echo, sends the next
//   once       one after the other has one message echoed; SECONDS do not matter
//   deflated   like echo, with compressed messages (RFC 7692), whose echoes are inflated and compared with what was
//   sent
//              the first time, and must be the same octets from then on
//   broadcast  one sends, all must get it, then the next one sends
//
// `requests` counts echoes, or messages that a member of the room got; `p50` and `p99` are the microseconds
// from the send to each of them.
#define _GNU_SOURCE
#include <endian.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zlib.h>

#define PROGRAM "websocket_load"
#include "load_client.h"

// The frame to send, the frame that must come back, and when it was sent.
struct message {
  char* request;
  char* expected;
  size_t request_length, expected_length;  // expected_length 0: not known yet, what comes must inflate to `content`
  char* content;                           // of a compressed message
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
static size_t octets;
static int ready_set, deflated;

static void print_result(double seconds) {
  if (!latency_count) fail("nothing came back");
  qsort(latencies, latency_count, sizeof *latencies, ascending);
  printf("{\"requests\": %zu, \"seconds\": %.6f, \"p50\": %.1f, \"p99\": %.1f}\n", latency_count, seconds,
         (double)latencies[latency_count / 2], (double)latencies[latency_count * 99 / 100]);
  fflush(stdout);
}

static void shake_hands(int fd, int port, const char* path) {
  char text[1024];
  int length = snprintf(text, sizeof text,
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s\r\n",
                        path, port,
                        deflated ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; "
                                   "server_no_context_takeover\r\n"
                                 : "");
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
  if (deflated && !memmem(text, got, "server_no_context_takeover", 26)) fail("the server does not compress as asked");
}

// The head of a frame with so many octets.
static size_t write_head(char* out, int masked, size_t length) {
  out[0] = (char)(deflated ? 0xc2 : 0x82);  // a whole binary message, compressed or not
  size_t head = 2;
  if (length < 126) {
    out[1] = (char)length;
  } else {
    out[1] = 126;
    uint16_t wide = htobe16((uint16_t)length);
    memcpy(out + 2, &wide, 2);
    head = 4;
  }
  if (masked) out[1] = (char)(out[1] | 0x80);
  return head;
}

static struct message* make_message(void) {
  struct message* message = calloc(1, sizeof *message);
  message->request = malloc(octets + 1024);  // what does not compress becomes a little longer
  message->expected = malloc(octets + 1024);
  message->content = malloc(octets);
  return message;
}

static void set_request(struct message* message, const char* payload, size_t length, unsigned* seed) {
  size_t head = write_head(message->request, 1, length);
  char* key = message->request + head;
  for (int i = 0; i < 4; i++) key[i] = (char)rand_r(seed);
  for (size_t i = 0; i < length; i++) key[4 + i] = (char)(payload[i] ^ key[i % 4]);
  message->request_length = head + 4 + length;
}

// A text that no other seed gives, which compresses about as well as JSON does.
static void fill_deflated(struct message* message, unsigned seed) {
  for (size_t i = 0; i < octets; i++) {
    message->content[i] = (char)(i % 16 < 13 ? "{\"item\":\"a\"},"[i % 16] : '0' + rand_r(&seed) % 10);
  }
  z_stream stream = {0};
  char* payload = malloc(octets + 1024);
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) fail("out of memory");
  stream.next_in = (Bytef*)message->content;
  stream.avail_in = (uInt)octets;
  stream.next_out = (Bytef*)payload;
  stream.avail_out = (uInt)(octets + 1024);
  if (deflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.avail_in || !stream.avail_out) fail("cannot compress");
  set_request(message, payload, stream.total_out - 4, &seed);  // without the empty block at the end, RFC 7692 §7.2.1
  deflateEnd(&stream);
  free(payload);
}

// Octets that no other seed gives.
static void fill(struct message* message, unsigned seed) {
  if (deflated) {
    fill_deflated(message, seed);
    return;
  }
  size_t head = write_head(message->expected, 0, octets);
  for (size_t i = 0; i < octets; i++) message->expected[head + i] = (char)rand_r(&seed);
  set_request(message, message->expected + head, octets, &seed);
  message->expected_length = head + octets;
}

// The first echo of a compressed message: whatever inflates to what was sent is right.
static void check_deflated(const char* frame, size_t length, size_t head, const char* content) {
  z_stream stream = {0};
  char* inflated = malloc(octets + 1);
  char* payload = calloc(1, length - head + 4);
  memcpy(payload, frame + head, length - head);
  memcpy(payload + length - head, "\0\0\xff\xff", 4);
  if (frame[0] != (char)0xc2 || inflateInit2(&stream, -15) != Z_OK) fail("a message is not compressed");
  stream.next_in = (Bytef*)payload;
  stream.avail_in = (uInt)(length - head + 4);
  stream.next_out = (Bytef*)inflated;
  stream.avail_out = (uInt)(octets + 1);
  if (inflate(&stream, Z_SYNC_FLUSH) != Z_OK || stream.total_out != octets || memcmp(inflated, content, octets))
    fail("a message differs");
  inflateEnd(&stream);
  free(inflated);
  free(payload);
}

// Learns from the first echo, of which so many octets have come, what the others must be.
static void learn(struct message* message, size_t have) {
  const unsigned char* frame = (const unsigned char*)message->expected;
  if (have < 4) return;
  if (frame[1] > 126) fail("a message is too long");
  size_t head = frame[1] < 126 ? 2 : 4;
  size_t length = head + (frame[1] < 126 ? frame[1] : (size_t)(frame[2] << 8 | frame[3]));
  if (have > length) fail("more came back than was sent");
  if (have < length) return;
  check_deflated(message->expected, length, head, message->content);
  message->expected_length = length;
}

static void send_message(struct connection* connection) {
  struct message* message = connection->message;
  message->sent = now();
  if (write(connection->fd, message->request, message->request_length) != (ssize_t)message->request_length)
    fail("cannot send");
}

// Returns 1 when the expected message is complete.
static int receive(struct connection* connection) {
  static char buffer[256 * 1024];
  ssize_t got = read(connection->fd, buffer, sizeof buffer);
  if (got <= 0) fail("the connection ended");
  struct message* message = connection->message;
  size_t have = connection->received + (size_t)got;
  if (message->expected_length == 0) {
    if (have > octets + 1024) fail("a message is too long");
    memcpy(message->expected + connection->received, buffer, (size_t)got);
    learn(message, have);
  } else if (have > message->expected_length) {
    fail("more came back than was sent");
  } else if (memcmp(buffer, message->expected + connection->received, (size_t)got)) {
    fail("a message differs");
  }
  connection->received = have;
  if (message->expected_length == 0 || have < message->expected_length) return 0;
  connection->received = 0;
  connection->messages++;
  record(now() - message->sent);
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
  deflated = !strcmp(mode, "deflated");
  if (octets > 64000 || connections < 1) return 64;

  open_all(atoi(arguments[1]), arguments[2], !strcmp(mode, "broadcast"));
  puts("open");
  fflush(stdout);
  if (getchar() == EOF) return 0;

  double start = now();
  if (!strcmp(mode, "echo") || deflated) {
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
