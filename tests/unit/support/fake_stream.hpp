#pragma once

#include <string>
#include <vector>

#include "http/stream.hpp"

namespace sluice::test {

/// A response stream that keeps what its source does to it.
class FakeStream final : public http::ResponseStream {
 public:
  void write(std::string_view bytes) override {
    output += bytes;
    if (kernel_is_full) unsent += bytes.size();
  }
  void write_shared(std::shared_ptr<const void> owner, std::string_view bytes) override {
    write(bytes);
    shared.push_back(std::move(owner));
  }
  std::size_t pending() const override { return unsent; }
  void want_writable() override { writable_wanted = true; }
  void set_deadline(std::chrono::milliseconds after) override { deadline = after; }
  void finish(std::span<const http::FieldLine>) override { finished = true; }
  void abort() override { aborted = true; }

  std::string output;
  std::vector<std::shared_ptr<const void>> shared;  // owners of what was written without a copy
  bool kernel_is_full = false;                      // it takes nothing of what is written
  std::size_t unsent = 0;                           // what the kernel is said not to have taken
  std::chrono::milliseconds deadline{0};
  bool writable_wanted = false, finished = false, aborted = false;
};

}  // namespace sluice::test
