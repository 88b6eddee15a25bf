#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/response.hpp"
#include "net/open_file.hpp"

namespace sluice::http1 {

/// Responses of some size that are given again and again within one second, head and content as one file in the
/// kernel's memory: sending that copies nothing and is one call, while octets of ours are copied for each connection.
/// Such a file is never changed, for what was sent of it may be on its way still; the next Date needs another one. One
/// thread; keeps at most 16 of at most 64 KiB and their heads, which includes those that slow clients have not taken
/// yet.
class HotResponses {
 public:
  HotResponses() = default;
  HotResponses(const HotResponses&) = delete;
  HotResponses& operator=(const HotResponses&) = delete;

  /// `head` with `date_line` and an empty line behind it, and all of `content`, as one file; null where there is none
  /// (yet): the response is sent as usual then. Valid until the next call. The octets of `content` stay as they are as
  /// long as their owner lives.
  const std::shared_ptr<const net::OpenFile>* find(std::string_view head, std::string_view date_line,
                                                   const http::SharedBytes& content) {
    if (content.bytes.size() < least_content || content.bytes.size() > most_content) return nullptr;
    return look_up(head, date_line, content);
  }

  void clear();
  /// Forgets what is of another second than `date_line`.
  void clear_before(std::string_view date_line) {
    if (date_line != date_line_) clear();
  }
  /// How many files all threads together may have, each of which is a descriptor.
  static void set_limit(std::size_t files);

  /// Below this, what the kernel does for a file is dearer than a copy.
  static constexpr std::size_t least_content = 8 * 1024;
  static constexpr std::size_t most_content = 64 * 1024;
  /// Making the file costs as much as so many responses gain by it, or less.
  static constexpr std::uint32_t uses_before = 32;
  static constexpr std::size_t most_files = 16;

 private:
  struct Slot {
    const char* content = nullptr;  // where it lies
    std::size_t size = 0;
    std::uint32_t uses = 0;             // in this second
    std::string head;                   // of `file`, without the date
    std::shared_ptr<const void> owner;  // of the content of `file`, so that nothing else lies there
    std::shared_ptr<const net::OpenFile> file;
  };

  const std::shared_ptr<const net::OpenFile>* look_up(std::string_view head, std::string_view date_line,
                                                      const http::SharedBytes& content);
  void make(Slot& slot, std::string_view head, const http::SharedBytes& content);

  std::array<Slot, 64> slots_;
  std::string date_line_;  // of this second
  std::shared_ptr<std::size_t> files_ =
      std::make_shared<std::size_t>(0);  // that exist, here or with a client's connection
};

}  // namespace sluice::http1
