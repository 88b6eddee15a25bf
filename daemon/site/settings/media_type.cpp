#include "site/settings/media_type.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sluice::site {
namespace {

/// NAME=VALUE, where the value is a token or stands in quotes.
bool is_parameter(std::string_view text) {
  auto equals = text.find('=');
  if (equals == std::string_view::npos || !is_token(text.substr(0, equals))) return false;
  auto value = text.substr(equals + 1);
  bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.find_first_of("\"\\", 1) == value.size() - 1 : is_token(value);
}

/// RFC 9110 §8.3.1. A semicolon in quotes is not taken.
bool is_media_type(std::string_view text) {
  auto end = text.find(';');
  auto essence = trim(text.substr(0, end));
  auto slash = essence.find('/');
  bool well_formed = slash != std::string_view::npos && is_token(essence.substr(0, slash)) &&
                     is_token(essence.substr(slash + 1)) && std::ranges::none_of(text, is_control);
  if (!well_formed || end == std::string_view::npos) return well_formed;
  for (auto part : split(text.substr(end + 1), ';')) {
    if (!is_parameter(trim(part))) return false;
  }
  return true;
}

}  // namespace

config::Type<std::string> media_type() {
  return config::parsed<std::string>("media type", "TYPE/SUBTYPE[; PARAMETERS]", "bad-media-type",
                                     [](const std::string& text) -> Result<std::string> {
                                       if (!is_media_type(text)) return fail("`" + text + "` is no media type");
                                       return text;
                                     });
}

}  // namespace sluice::site
