#include "http/fields/conditional.hpp"

#include <ctime>

#include "base/text.hpp"
#include "http/fields/date.hpp"
#include "http/fields/etag.hpp"

namespace sluice::http {

namespace {

bool safe(Method method) { return method == Method::get || method == Method::head; }

/// The conditional fields of a request, collected in one pass.
struct Conditions {
  bool if_match = false, if_match_holds = false;
  bool if_none_match = false, if_none_match_hits = false;
  std::string_view if_modified_since, if_unmodified_since;

  void add(const FieldLine& line, std::string_view etag) {
    switch (line.name.size()) {
      case 8:
        if (!equals_ignoring_case(line.name, "If-Match")) return;
        if_match = true;
        if_match_holds |= etag_list_matches(line.value, etag, Comparison::strong);
        return;
      case 13:
        if (!equals_ignoring_case(line.name, "If-None-Match")) return;
        if_none_match = true;
        if_none_match_hits |= etag_list_matches(line.value, etag, Comparison::weak);
        return;
      case 17:
        if (equals_ignoring_case(line.name, "If-Modified-Since")) if_modified_since = line.value;
        return;
      case 19:
        if (equals_ignoring_case(line.name, "If-Unmodified-Since")) if_unmodified_since = line.value;
        return;
      default: return;
    }
  }
};

/// Whether the representation has not changed since the date in `field`; `unknown` when the field is absent, is no
/// date, or there is nothing to compare it with: then it is ignored (RFC 9110 §13.1.3, §13.1.4).
enum class Age { unknown, unchanged, newer };
Age compare(std::string_view field, std::int64_t last_modified, Now& now) {
  if (field.empty() || last_modified == Validators::no_date) return Age::unknown;
  auto date = parse_date(field, now.seconds());
  if (!date) return Age::unknown;
  return last_modified <= *date ? Age::unchanged : Age::newer;
}

}  // namespace

std::int64_t Now::seconds() {
  if (seconds_ == Validators::no_date) seconds_ = static_cast<std::int64_t>(std::time(nullptr));
  return seconds_;
}

Precondition evaluate_preconditions(const Request& request, const Validators& validators, Now& now) {
  Conditions conditions;
  for (const auto& line : request.fields) {
    if (line.name.size() >= 8 && to_lower(line.name[0]) == 'i') conditions.add(line, validators.etag);
  }

  if (conditions.if_match) {
    if (!conditions.if_match_holds) return Precondition::failed;
  } else if (compare(conditions.if_unmodified_since, validators.last_modified, now) == Age::newer) {
    return Precondition::failed;
  }

  if (conditions.if_none_match) {
    if (!conditions.if_none_match_hits) return Precondition::proceed;
    return safe(request.method) ? Precondition::not_modified : Precondition::failed;
  }
  if (safe(request.method) && compare(conditions.if_modified_since, validators.last_modified, now) == Age::unchanged) {
    return Precondition::not_modified;
  }
  return Precondition::proceed;
}

bool range_applies(const Request& request, const Validators& validators, Now& now) {
  if (request.method != Method::get || request.field("Range").empty()) return false;  // RFC 9110 §14.2
  auto condition = request.field("If-Range");
  if (condition.data() == nullptr) return true;
  if (condition.starts_with('"') || condition.starts_with("W/")) {
    return etags_match(condition, validators.etag, Comparison::strong);
  }
  auto date = parse_date(condition, now.seconds());
  return date && *date == validators.last_modified;
}

}  // namespace sluice::http
