#pragma once

#include <string>
#include <vector>

#include "files/listing/listing.hpp"

namespace sluice::files {

/// The address of the directory that is listed.
struct ListingPlace {
  std::vector<std::string> segments;  // of its path, decoded
  std::size_t linked = 0;             // how many of the last segments lie below the root of the mount and have links;
                                      // the mount itself always has one
};

/// A listing as an HTML page of its own: names, sizes and times, columns whose heads are links that sort,
/// links to further pages. Works without scripts; made for light and dark screens, small ones, and for screen
/// readers.
std::string listing_html(const Listing& listing, const ListingPlace& place, const ListingQuery& query);

/// The same as JSON: {"path", "total", "page", "pages", "entries": [{"name", "href", "type", "size",
/// "modified"}]}. Of a name that is not UTF-8 the octets are percent-encoded, and only `href` leads to it.
std::string listing_json(const Listing& listing, const ListingPlace& place);

/// "0 B", "1.5 KiB", "23 MiB".
std::string readable_size(std::uint64_t octets);

}  // namespace sluice::files
