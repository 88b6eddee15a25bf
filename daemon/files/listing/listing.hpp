#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "files/lookup/root.hpp"

namespace sluice::files {

/// Something in a directory that can be asked for.
struct ListedEntry {
  std::string name;  // as the file system has it, which need not be UTF-8
  bool directory = false;
  std::uint64_t size = 0;     // octets, of a file
  std::int64_t modified = 0;  // seconds since 1970
};

/// What of a directory is wanted, and in which order. Directories come first in any order.
struct ListingQuery {
  enum class Sort : std::uint8_t { name, size, time };
  Sort sort = Sort::name;
  bool descending = false;
  std::size_t page = 1;  // counted from 1
  bool hidden = false;   // names that begin with a dot, too

  static constexpr std::size_t page_size = 1000;
};

/// One page of a directory.
struct Listing {
  std::vector<ListedEntry> entries;
  std::size_t total = 0;  // entries of all pages
  std::size_t page = 1;   // the one that this is: the last where the query asks for a later one
  std::size_t pages = 1;
};

/// Reads a directory that find() found as `node` at `relative`. Left out are names that nobody can ask for:
/// hidden ones, devices, sockets, FIFOs, and symbolic links that the root's policy does not follow. Takes a fraction of
/// a second for 100,000 entries and holds their names meanwhile; for the thread pool.
std::expected<Listing, int> read_listing(const FileRoot& root, const std::string& relative, const FileNode& node,
                                         const ListingQuery& query);

}  // namespace sluice::files
