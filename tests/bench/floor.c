// The floor of scripts/bench: the least that a server on epoll can do. It knows its one answer beforehand and
// looks at nothing in a request but its end, so what it costs is the kernel's share. One thread, no timers,
// no limits.
//
//   floor PORT http HEAD_FILE BODY_FILE   answers every request with these octets
//   floor PORT close HEAD_FILE BODY_FILE  … and ends the connection
//   floor PORT websocket                  shakes hands on any path and echoes data frames
//   floor PORT room                       … and sends data frames to all connections
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum {
  least_file = 8 * 1024,
  max_pipelined = 64,
  max_descriptors = 16384,
  read_size = 256 * 1024,
  max_leftover = 64 * 1024
};

// Octets of an unfinished request or frame, kept until the next read.
struct connection {
  char* leftover;
  size_t length;
  int upgraded;
};

static struct connection connections[max_descriptors];
static char buffer[max_leftover + read_size];
static char* answers;  // max_pipelined copies of the answer, so that several leave in one send
static size_t answer_length;
static int answer_file = -1;  // the answer in memory of the kernel's, where sending that is cheaper than copying
static int close_after_answer;
static int websocket;
static int room;
static int highest;  // descriptor that was ever accepted

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static size_t append_file(const char* name, char* out, size_t space) {
  FILE* file = fopen(name, "rb");
  if (!file) fail(name);
  size_t length = fread(out, 1, space, file);
  fclose(file);
  return length;
}

static void load_answer(const char* head, const char* body) {
  const size_t space = 1 << 20;
  answers = malloc(space * max_pipelined);
  if (!answers) fail("malloc");
  answer_length = append_file(head, answers, space);
  answer_length += append_file(body, answers + answer_length, space - answer_length);
  if (answer_length >= least_file) {
    answer_file = memfd_create("answer", 0);
    if (answer_file < 0 || write(answer_file, answers, answer_length) != (ssize_t)answer_length) fail("memfd_create");
  }
  for (int i = 1; i < max_pipelined; i++) memcpy(answers + (size_t)i * answer_length, answers, answer_length);
}

static void forget(int fd) {
  free(connections[fd].leftover);
  connections[fd] = (struct connection){0};
  close(fd);
}

// Returns 0 when the peer is gone. A peer that does not read has no place in this benchmark.
static int send_all(int fd, const char* data, size_t length) {
  ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
  if (sent == (ssize_t)length) return 1;
  if (sent >= 0 || errno == EAGAIN) fail("the send buffer is full");
  return 0;
}

static int send_answer_file(int fd) {
  off_t offset = 0;
  ssize_t sent = sendfile(fd, answer_file, &offset, answer_length);
  if (sent == (ssize_t)answer_length) return 1;
  if (sent >= 0 || errno == EAGAIN) fail("the send buffer is full");
  return 0;
}

static void keep(struct connection* connection, const char* data, size_t length) {
  if (length > max_leftover) fail("an unfinished message is too long");
  if (length && !connection->leftover) connection->leftover = malloc(max_leftover);
  if (length) memcpy(connection->leftover, data, length);
  connection->length = length;
}

static int answer_requests(int fd, char* data, size_t length) {
  int requests = 0;
  const char* end;
  while ((end = memmem(data, length, "\r\n\r\n", 4))) {
    length -= (size_t)(end + 4 - data);
    data += end + 4 - data;
    requests++;
  }
  keep(&connections[fd], data, length);
  for (; requests > 0 && answer_file >= 0; requests--) {
    if (!send_answer_file(fd)) return 0;
  }
  for (; requests > 0; requests -= max_pipelined) {
    size_t now = (size_t)(requests < max_pipelined ? requests : max_pipelined);
    if (!send_all(fd, answers, now * answer_length)) return 0;
    if (close_after_answer) return 0;
  }
  return 1;
}

// RFC 6455 §4.2.2
static int shake_hands(int fd, char* data, size_t length) {
  const char* end = memmem(data, length, "\r\n\r\n", 4);
  if (!end) {
    keep(&connections[fd], data, length);
    return 1;
  }
  const char* field = memmem(data, length, "Sec-WebSocket-Key: ", 19);
  if (!field) return 0;
  char text[60];
  memcpy(text, field + 19, 24);
  memcpy(text + 24, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11", 36);
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(text, sizeof text, digest, NULL, EVP_sha1(), NULL);
  char accept[32], answer[256];
  EVP_EncodeBlock((unsigned char*)accept, digest, 20);
  int size = snprintf(answer, sizeof answer,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Accept: %s\r\n\r\n",
                      accept);
  connections[fd].upgraded = 1;
  keep(&connections[fd], NULL, 0);
  return send_all(fd, answer, (size_t)size);
}

static void unmask(char* data, size_t length, const char* key) {
  uint64_t wide;
  memcpy(&wide, key, 4);
  memcpy((char*)&wide + 4, key, 4);
  size_t i = 0;
  for (; i + 8 <= length; i += 8) {
    uint64_t word;
    memcpy(&word, data + i, 8);
    word ^= wide;
    memcpy(data + i, &word, 8);
  }
  for (; i < length; i++) data[i] ^= key[i % 4];
}

// A member that is gone is noticed when its own turn comes.
static int send_to_room(const char* data, size_t length) {
  for (int fd = 0; fd <= highest; fd++) {
    if (connections[fd].upgraded) send_all(fd, data, length);
  }
  return 1;
}

// Turns the masked frames at `data` into unmasked ones in place, packed from `data` on, and sends them at
// once.
static int echo_frames(int fd, char* data, size_t length) {
  char* out = data;
  char* in = data;
  char* end = data + length;
  while (end - in >= 6) {
    uint64_t payload = in[1] & 0x7f;
    size_t head = 2;
    if (payload == 126) {
      uint16_t wide;
      memcpy(&wide, in + 2, 2);
      payload = be16toh(wide);
      head = 4;
    } else if (payload == 127) {
      fail("a frame is too long");
    }
    if ((uint64_t)(end - in) < head + 4 + payload) break;
    if ((in[0] & 0x0f) == 8) return 0;
    char key[4];
    memcpy(key, in + head, 4);
    unmask(in + head + 4, payload, key);
    memmove(out, in, head);
    out[1] &= 0x7f;
    memmove(out + head, in + head + 4, payload);
    out += head + payload;
    in += head + 4 + payload;
  }
  keep(&connections[fd], in, (size_t)(end - in));
  if (out == data) return 1;
  return room ? send_to_room(data, (size_t)(out - data)) : send_all(fd, data, (size_t)(out - data));
}

static void serve(int fd) {
  struct connection* connection = &connections[fd];
  if (connection->length) memcpy(buffer, connection->leftover, connection->length);
  ssize_t got = recv(fd, buffer + connection->length, read_size, 0);
  if (got < 0 && errno == EAGAIN) return;
  size_t length = connection->length + (size_t)got;
  int open = got > 0 && (!websocket             ? answer_requests(fd, buffer, length)
                         : connection->upgraded ? echo_frames(fd, buffer, length)
                                                : shake_hands(fd, buffer, length));
  if (!open) forget(fd);
}

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (bind(fd, (struct sockaddr*)&address, sizeof address) || listen(fd, 1024)) fail("listen");
  return fd;
}

int main(int count, char** arguments) {
  if (count < 3) return 64;
  signal(SIGPIPE, SIG_IGN);  // sendfile(2) has no flag for it
  room = !strcmp(arguments[2], "room");
  websocket = room || !strcmp(arguments[2], "websocket");
  close_after_answer = !strcmp(arguments[2], "close");
  if (!websocket && count != 5) return 64;
  if (!websocket) load_answer(arguments[3], arguments[4]);

  int listener = listen_on(atoi(arguments[1]));
  int poll = epoll_create1(0);
  struct epoll_event interest = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &interest);
  for (;;) {
    struct epoll_event ready[256];
    int n = epoll_wait(poll, ready, 256, -1);
    for (int i = 0; i < n; i++) {
      if (ready[i].data.fd != listener) {
        serve(ready[i].data.fd);
        continue;
      }
      int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
      if (fd < 0) continue;
      if (fd >= max_descriptors) fail("too many connections");
      if (fd > highest) highest = fd;
      interest.data.fd = fd;
      epoll_ctl(poll, EPOLL_CTL_ADD, fd, &interest);
    }
  }
}
