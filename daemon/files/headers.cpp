#include "files/headers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "site/request_values.hpp"

namespace sluice::files {

namespace {

void erase_named(FieldList& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return equals_ignoring_case(field.first, name); });
}

/// What the config says of files, or of their content, and not of an error or a redirection.
bool is_about_file(std::string_view name) {
  constexpr std::array<std::string_view, 8> others = {"Cache-Control", "Expires",  "ETag",  "Last-Modified",
                                                      "Accept-Ranges", "Location", "Allow", "Retry-After"};
  auto lower = to_lower(name);
  if (lower.starts_with("content-")) return !lower.starts_with("content-security-policy");
  return std::ranges::any_of(others, [&](auto other) { return equals_ignoring_case(name, other); });
}

/// What the form of a response depends on stays said, whatever the config adds.
void add_to_vary(http::Exchange& exchange, http::Response& response, std::string_view value) {
  auto line =
      std::ranges::find_if(response.fields, [](const auto& field) { return equals_ignoring_case(field.name, "Vary"); });
  if (line == response.fields.end()) return response.fields.push_back({"Vary", value});
  if (value == "*" || line->value == "*") {
    line->value = "*";
    return;
  }
  std::string all(value);
  std::string_view rest = line->value, name;
  while (next_list_item(rest, name)) {
    if (!list_has_token(value, name)) all.append(all.empty() ? "" : ", ").append(name);
  }
  line->value = exchange.arena.copy(all);
}

}  // namespace

std::string_view why_of_each_file(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> all[] = {
      {"Content-Encoding",
       "`app.js.br`, `app.js.zst` and `app.js.gz` beside app.js are sent by themselves to clients that take them"},
      {"Content-Range", "a range is sent to clients that ask for one, and says itself which it is"},
      {"Accept-Ranges", "ranges are sent to clients that ask for them; `false` takes this field away"},
      {"ETag", "each file has its own, with which the conditions of requests are compared; `false` takes it away"},
      {"Last-Modified",
       "each file has its own, with which the conditions of requests are compared; `false` takes it "
       "away"},
  };
  for (const auto& [field, why] : all) {
    if (equals_ignoring_case(name, field)) return why;
  }
  return {};
}

void leave_to_files(std::vector<site::HeaderTemplate>& headers, const config::Value* own,
                    config::Diagnostics& diagnostics) {
  auto is_own = [&](std::string_view name) {
    return own && std::ranges::any_of(own->members,
                                      [&](const auto& member) { return equals_ignoring_case(member.key, name); });
  };
  std::erase_if(headers, [&](const site::HeaderTemplate& header) {
    auto why = why_of_each_file(header.name);
    if (why.empty() || is_own(header.name)) return false;
    auto& finding = diagnostics.warning("reserved-header", header.value.span,
                                        "`" + header.name + "` is not sent with files: each has its own, or none");
    finding.label = "holds for other responses only";
    finding.help = "write it into the `headers` of each [[route]] that it is for";
    return true;
  });
}

bool FileHeaders::renders(std::string_view name) const {
  return std::ranges::any_of(dynamic_, [&](const auto& field) { return equals_ignoring_case(field.name, name); });
}

FileHeaders::FileHeaders(const std::vector<site::HeaderTemplate>& configured, const templates::Scope& scope,
                         config::Diagnostics& diagnostics) {
  for (const auto& header : configured) {
    auto value = templates::Template::compile(header.value, scope, templates::Escape::field, diagnostics);
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

void FileHeaders::put_into(http::Exchange& exchange, http::Response& response, bool of_file) const {
  auto applies = [&](std::string_view name) { return of_file || !is_about_file(name); };
  auto take_place = [&](std::string_view name) {
    std::erase_if(response.fields, [&](const auto& line) { return equals_ignoring_case(line.name, name); });
  };
  auto put = [&](std::string_view name, std::string_view value) {
    if (equals_ignoring_case(name, "Vary")) return add_to_vary(exchange, response, value);
    take_place(name);
    response.fields.push_back({name, value});
  };
  for (const auto& name : left_out_) {
    if (applies(name) && !equals_ignoring_case(name, "Vary")) take_place(name);
  }
  for (const auto& [name, value] : constant_) {
    if (applies(name)) put(name, value);
  }
  if (dynamic_.empty()) return;
  site::RequestValues values(exchange);
  for (const auto& field : dynamic_) {
    if (applies(field.name)) put(field.name, trim(field.value.render(values, exchange.arena)));
  }
}

void FileHeaders::render(http::Exchange& exchange, http::Response& response, bool cache_control) const {
  if (dynamic_.empty()) return;
  site::RequestValues values(exchange);
  for (const auto& field : dynamic_) {
    if (!cache_control && equals_ignoring_case(field.name, "Cache-Control")) continue;
    response.fields.push_back({field.name, trim(field.value.render(values, exchange.arena))});
  }
}

}  // namespace sluice::files
