#include "handlers/file_headers.hpp"

#include "base/text.hpp"
#include "site/request_values.hpp"

namespace sluice::handlers {

namespace {

void erase_named(FieldList& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

}  // namespace

FileHeaders::FileHeaders(const std::vector<site::HeaderTemplate>& configured, const site::Scope& scope,
                         config::Diagnostics& diagnostics) {
  for (const auto& header : configured) {
    auto value = site::Template::compile(header.value, scope, site::Escape::field, diagnostics);
    if (value.constant()) {
      constant_.emplace_back(header.name, trim(value.constant_text()));
    } else {
      dynamic_.push_back({header.name, std::move(value)});
    }
  }
}

void FileHeaders::merge_into(FieldList& own) const {
  for (const auto& field : dynamic_) erase_named(own, field.name);
  for (const auto& field : constant_) {
    erase_named(own, field.first);
    own.push_back(field);
  }
}

void FileHeaders::apply(http::Exchange& exchange, http::Response& response) const {
  auto take_place = [&](std::string_view name) {
    std::erase_if(response.fields, [&](const auto& line) { return equals_ignoring_case(line.name, name); });
  };
  for (const auto& field : dynamic_) take_place(field.name);
  for (const auto& [name, value] : constant_) {
    take_place(name);
    response.fields.push_back({name, value});
  }
  render(exchange, response);
}

void FileHeaders::render(http::Exchange& exchange, http::Response& response) const {
  if (dynamic_.empty()) return;
  site::RequestValues values(exchange);
  for (const auto& field : dynamic_) {
    response.fields.push_back({field.name, trim(field.value.render(values, exchange.arena))});
  }
}

}  // namespace sluice::handlers
