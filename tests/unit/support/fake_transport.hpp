#pragma once

#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "net/loop/loop.hpp"
#include "net/protocol.hpp"

namespace sluice::test {

/// A transport that keeps what a protocol does to it.
class FakeTransport : public net::Transport {
 public:
  char* reserve(std::size_t size) override {
    room_.resize(size);
    return room_.data();
  }
  void commit(std::size_t size) override { output.append(room_, 0, size); }
  void write(std::string_view bytes) override { output += bytes; }
  void write_shared(std::shared_ptr<const void>, std::string_view bytes) override { output += bytes; }
  void write_file(std::shared_ptr<const net::OpenFile> file, std::uint64_t offset, std::uint64_t length) override {
    std::string text(length, '\0');
    auto got = ::pread(file->fd(), text.data(), length, static_cast<off_t>(offset));
    output.append(text, 0, got > 0 ? static_cast<std::size_t>(got) : 0);
    ++files;
  }
  std::size_t pending() const override { return unsent; }
  std::uint64_t sent() const override { return taken; }
  bool leaves_at_once() const override { return unsent == 0; }
  void want_writable() override { writable_wanted = true; }
  void want_sent() override { sent_wanted = true; }
  void probe_peer() override { probing = true; }
  void pause_reading() override { paused = true; }
  void resume_reading() override { paused = false; }
  void set_deadline(std::chrono::milliseconds after) override { deadline = after; }
  void close(bool linger) override {
    closed = true;
    lingering = linger;
  }
  void abort() override { aborted = true; }
  void replace_protocol(std::unique_ptr<net::Protocol> next, std::string_view unread) override {
    replacement = std::move(next);
    handed_over = unread;
  }
  const net::Address& peer() const override { return client; }
  bool set_peer(const net::Address& told) override {
    client = told;
    return client_has_room;
  }
  const net::Address& local() const override { return address_; }
  bool secure() const override { return false; }
  net::Loop& loop() override { return loop_; }

  std::string output;
  std::size_t files = 0;   // that were written
  std::size_t unsent = 0;  // what the kernel is said not to have taken
  std::uint64_t taken = 0;
  std::chrono::milliseconds deadline{0};
  bool paused = false, closed = false, lingering = false, aborted = false, writable_wanted = false, sent_wanted = false,
       probing = false;
  net::Address client;
  bool client_has_room = true;  // for another connection
  std::unique_ptr<net::Protocol> replacement;
  std::string handed_over;

 private:
  std::string room_;
  net::Address address_;
  net::Loop loop_;
};

}  // namespace sluice::test
