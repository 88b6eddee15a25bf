#pragma once

#include <string_view>

namespace sluice::http {

enum class Comparison { weak, strong };

/// Compares two entity tags (RFC 9110 §8.8.3.2): `W/"x"` and `"x"` are the same weakly; strongly neither may be weak.
bool etags_match(std::string_view a, std::string_view b, Comparison comparison);

/// Whether a list of If-Match or If-None-Match holds an entity tag that matches `etag`, or is `*`. What is not an
/// entity tag in it matches nothing and ends the reading.
bool etag_list_matches(std::string_view list, std::string_view etag, Comparison comparison);

}  // namespace sluice::http
