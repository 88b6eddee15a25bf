#include "http1/hot_responses.hpp"

#include <atomic>
#include <cstdint>

namespace sluice::http1 {

namespace {

std::atomic<std::size_t> files_of_all = 0;
std::atomic<std::size_t> most_of_all = 64;

/// A place among the files of all threads.
bool take_place() {
  if (files_of_all.fetch_add(1) < most_of_all) return true;
  --files_of_all;
  return false;
}

}  // namespace

void HotResponses::set_limit(std::size_t files) { most_of_all = files; }

void HotResponses::clear() { slots_.fill({}); }

const std::shared_ptr<const net::OpenFile>* HotResponses::look_up(std::string_view head, std::string_view date_line,
                                                                  const http::SharedBytes& content) {
  if (date_line != date_line_) {
    clear();
    date_line_ = date_line;
  }
  auto place = reinterpret_cast<std::uintptr_t>(content.bytes.data());
  auto& slot = slots_[(place >> 4) * 0x9E3779B97F4A7C15 >> 58];
  if (slot.content != content.bytes.data() || slot.size != content.bytes.size()) {
    // The one that comes more often than all others of this place together keeps it.
    if (slot.file || slot.uses > 0) {
      if (!slot.file) --slot.uses;
      return nullptr;
    }
    slot.content = content.bytes.data();
    slot.size = content.bytes.size();
  }
  if (!slot.file) {
    if (++slot.uses < uses_before || *files_ >= most_files) return nullptr;
    make(slot, head, content);
  }
  return slot.file && slot.head == head ? &slot.file : nullptr;
}

void HotResponses::make(Slot& slot, std::string_view head, const http::SharedBytes& content) {
  slot.uses = 0;
  if (!take_place()) return;
  auto* file = net::make_memory_file({head, date_line_, "\r\n", content.bytes}).release();
  auto gone = [files = files_](const net::OpenFile* which) {
    --*files;
    --files_of_all;
    delete which;
  };
  if (file == nullptr) {
    --files_of_all;
    return;
  }
  ++*files_;
  slot.file = {file, gone};
  slot.head = head;
  slot.owner = content.owner;
}

}  // namespace sluice::http1
