#include "site/response_fields.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "site/request_values.hpp"

namespace sluice::site {
namespace {

ResponseFields::List without_content(ResponseFields::List fields) {
  std::erase_if(fields, [](const auto& field) {
    return starts_with_ignoring_case(field.first, "content-") && !equals_ignoring_case(field.first, "content-location");
  });
  return fields;
}

}  // namespace

ResponseFields::ResponseFields(List own, const std::vector<HeaderTemplate>& configured, const templates::Scope& scope,
                               config::Diagnostics& diagnostics) {
  auto fixed = std::move(own);
  for (const auto& header : configured) {
    std::erase_if(fixed, [&](const auto& field) { return equals_ignoring_case(field.first, header.name); });
    auto value = templates::Template::compile(header.value, scope, templates::Escape::field, diagnostics);
    if (value.constant()) {
      fixed.emplace_back(header.name, value.constant_text());
    } else {
      dynamic_.push_back({header.name, std::move(value)});
    }
  }
  fixed_without_content_ = http::FixedFields(without_content(fixed));
  fixed_ = http::FixedFields(std::move(fixed));
}

void ResponseFields::apply(http::Exchange& exchange, http::Response& response, const http::FixedFields& fixed) const {
  response.fixed = &fixed;
  if (dynamic_.empty()) return;
  RequestValues values(exchange);
  for (const auto& field : dynamic_) {
    response.fields.push_back({field.name, trim(field.value.render(values, exchange.arena))});
  }
}

}  // namespace sluice::site
