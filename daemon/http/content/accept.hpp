#pragma once

#include <span>
#include <string_view>

/// Content negotiation (RFC 9110 §12.5). Weights are thousandths: 1000 is q=1, 0 is "not acceptable".
namespace sluice::http {

/// How much a client likes something.
struct Preference {
  int weight = 0;
  int specificity = 0;  // 3 named exactly, 2 "type/*", 1 "*/*" or "*", 0 not mentioned at all

  bool operator==(const Preference&) const = default;
};

/// The weight that an Accept value gives to a media type ("text/html"). The most specific range decides; parameters of
/// ranges are ignored. An empty value accepts everything.
Preference media_preference(std::string_view accept, std::string_view media_type);

/// The index of the type that the client likes best, -1 when it accepts none. Equal weights: the more
/// specifically named, then the earlier one.
int best_media_type(std::string_view accept, std::span<const std::string_view> media_types);

/// The weight that an Accept-Encoding value gives to a content coding ("gzip", "br", "zstd", "identity"). "identity" is
/// acceptable unless excluded; the others must be named, or allowed by "*".
int encoding_weight(std::string_view accept_encoding, std::string_view coding);
/// Whether "identity" itself stands in an Accept-Encoding value.
bool identity_is_named(std::string_view accept_encoding);

}  // namespace sluice::http
