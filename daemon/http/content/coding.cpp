#include "http/content/coding.hpp"

#include "http/content/accept.hpp"

namespace sluice::http {

namespace {

struct Names {
  std::string_view token, extension;
};
constexpr std::array<Names, coding_count> names = {
    {{"identity", ""}, {"gzip", ".gz"}, {"br", ".br"}, {"zstd", ".zst"}}};

const Names& names_of(Coding coding) { return names[static_cast<std::size_t>(coding)]; }

}  // namespace

std::string_view token(Coding coding) { return names_of(coding).token; }
std::string_view extension(Coding coding) { return names_of(coding).extension; }

std::string name_in(Coding coding, std::string_view name) {
  return std::string(name_without(coding, name)).append(extension(coding));
}

std::string_view name_without(Coding coding, std::string_view name) {
  if (name.ends_with(extension(coding))) name.remove_suffix(extension(coding).size());
  return name;
}

Coding coding_of_name(std::string_view name) {
  for (auto coding : codings_by_size) {
    if (name.ends_with(extension(coding))) return coding;
  }
  return Coding::identity;
}

Coding choose_coding(std::string_view accepted, CodingSet available) {
  if (accepted.empty()) return Coding::identity;
  Coding best = Coding::identity;
  int best_weight = 0;
  for (auto coding : codings_by_size) {
    if (!available.has(coding)) continue;
    int weight = encoding_weight(accepted, token(coding));
    if (weight <= best_weight) continue;
    best = coding;
    best_weight = weight;
  }
  // Identity that is not named is only a last resort; named, it is a wish like the others.
  bool prefers_identity = identity_is_named(accepted) && encoding_weight(accepted, "identity") > best_weight;
  return prefers_identity ? Coding::identity : best;
}

}  // namespace sluice::http
