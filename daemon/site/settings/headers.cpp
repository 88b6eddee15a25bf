#include "site/settings/headers.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace sluice::site {
namespace {

/// Framing and connection are the protocol's (RFC 9110 §7.6.1, §8.6); a wrong one would break every client.
constexpr auto reserved = std::to_array<std::string_view>(
    {"connection", "content-length", "date", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"});

bool is_reserved(std::string_view name) {
  return std::ranges::any_of(reserved, [&](auto word) { return equals_ignoring_case(word, name); });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\t'; });
}

config::Type<HeaderSetting> header_setting() {
  using Kind = config::Value::Kind;
  config::TypeInfo info;
  info.name = "string or false";
  info.schema = R"({"anyOf":[{"type":"string"},{"enum":[false]}]})";
  info.kinds = {Kind::string, Kind::boolean};
  return {info, [info](const config::Value& value, config::Reading& reading) -> std::optional<HeaderSetting> {
            if (value.is(Kind::boolean) && value.boolean) {
              auto& error =
                  reading.diagnostics.error("bad-header", value.span, "a header is text, or false to remove it");
              error.label = "write the value as a string, or `false`";
              return std::nullopt;
            }
            if (!config::check_kind(value, info, reading)) return std::nullopt;
            return value.is(Kind::boolean) ? HeaderSetting() : HeaderSetting(value.text);
          }};
}

bool check(const config::Member& header, config::Diagnostics& diagnostics) {
  if (!is_token(header.key)) {
    auto& error = diagnostics.error("bad-header", header.key_span, "`" + header.key + "` is no name for a header");
    error.help = "header names are letters, digits and `-`";
    return false;
  }
  if (is_reserved(header.key)) {
    auto& error = diagnostics.error("reserved-header", header.key_span, "`" + header.key + "` cannot be set");
    error.label = "the server writes it itself";
    return false;
  }
  if (header.value.is(config::Value::Kind::string) && has_control(header.value.text)) {
    auto& error =
        diagnostics.error("bad-header", header.value.span, "a header value is one line without control characters");
    error.label = "has a control character";
    return false;
  }
  return true;
}

}  // namespace

config::Type<HeaderSettings> header_settings() {
  auto map = config::map_of(header_setting());
  auto read = [read = std::move(map.read)](const config::Value& value,
                                           config::Reading& reading) -> std::optional<HeaderSettings> {
    auto settings = read(value, reading);
    bool sound = settings.has_value();
    for (const auto& header : value.members) sound &= check(header, reading.diagnostics);
    return sound ? std::move(settings) : std::nullopt;
  };
  return {std::move(map.info), std::move(read)};
}

bool is_settable_header(std::string_view name) { return is_token(name) && !is_reserved(name); }

void merge_headers(std::vector<HeaderTemplate>& headers, const config::Value& table) {
  for (const auto& member : table.members) {
    const auto& value = member.value;
    bool removes = value.is(config::Value::Kind::boolean) && !value.boolean;
    bool sets = value.is(config::Value::Kind::string) && !has_control(value.text);
    if (!is_settable_header(member.key) || (!removes && !sets)) continue;

    std::erase_if(headers, [&](const auto& other) { return equals_ignoring_case(other.name, member.key); });
    if (sets) headers.push_back({member.key, {value.text, value.span}});
  }
}

}  // namespace sluice::site
