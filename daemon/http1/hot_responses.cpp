#include "http1/hot_responses.hpp"

#include <cstdint>

namespace sluice::http1 {

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
  auto* file = net::make_memory_file({head, date_line_, "\r\n", content.bytes}).release();
  if (file == nullptr) return;
  auto gone = [files = files_](const net::OpenFile* which) {
    --*files;
    delete which;
  };
  ++*files_;
  slot.file = {file, gone};
  slot.head = head;
  slot.owner = content.owner;
}

}  // namespace sluice::http1
