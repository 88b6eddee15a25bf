#include "handlers/file_headers.hpp"

#include "base/text.hpp"
#include "site/request_values.hpp"

namespace sluice::handlers {

namespace {

void erase_named(FieldList& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

bool is_cache_control(std::string_view name) { return equals_ignoring_case(name, "Cache-Control"); }

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
  for (const auto& name : left_out_) erase_named(own, name);
  for (const auto& field : dynamic_) erase_named(own, field.name);
  for (const auto& field : constant_) {
    erase_named(own, field.first);
    own.push_back(field);
  }
}

void FileHeaders::put_into(http::Exchange& exchange, http::Response& response, bool cache_control) const {
  auto take_place = [&](std::string_view name) {
    std::erase_if(response.fields, [&](const auto& line) { return equals_ignoring_case(line.name, name); });
  };
  for (const auto& name : left_out_) {
    if (cache_control || !is_cache_control(name)) take_place(name);
  }
  for (const auto& field : dynamic_) {
    if (cache_control || !is_cache_control(field.name)) take_place(field.name);
  }
  for (const auto& [name, value] : constant_) {
    if (!cache_control && is_cache_control(name)) continue;
    take_place(name);
    response.fields.push_back({name, value});
  }
  render(exchange, response, cache_control);
}

void FileHeaders::render(http::Exchange& exchange, http::Response& response) const {
  render(exchange, response, response.status < 400);
}

void FileHeaders::render(http::Exchange& exchange, http::Response& response, bool cache_control) const {
  if (dynamic_.empty()) return;
  site::RequestValues values(exchange);
  for (const auto& field : dynamic_) {
    if (!cache_control && is_cache_control(field.name)) continue;
    response.fields.push_back({field.name, trim(field.value.render(values, exchange.arena))});
  }
}

}  // namespace sluice::handlers
