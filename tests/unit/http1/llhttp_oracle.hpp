#pragma once

#include <llhttp.h>

#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "http/target.hpp"
#include "http1/field_lines.hpp"
#include "http1/head_scanner.hpp"

namespace sluice::http1 {

/// What llhttp makes of a whole request head.
struct LlhttpHead {
  bool accepted = false;
  bool without_body = false;
  bool keep_alive = false;
  std::vector<http::FieldLine> fields;
};

inline LlhttpHead read_with_llhttp(std::string_view head) {
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_header_field = [](llhttp_t* parser, const char* at, std::size_t size) {
    static_cast<LlhttpHead*>(parser->data)->fields.push_back({{at, size}, {}});
    return 0;
  };
  settings.on_header_value = [](llhttp_t* parser, const char* at, std::size_t size) {
    static_cast<LlhttpHead*>(parser->data)->fields.back().value = trim({at, size});
    return 0;
  };
  settings.on_headers_complete = [](llhttp_t* parser) {
    static_cast<LlhttpHead*>(parser->data)->keep_alive = llhttp_should_keep_alive(parser) != 0;
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* parser) -> int {
    static_cast<LlhttpHead*>(parser->data)->without_body = true;
    return HPE_PAUSED;
  };
  LlhttpHead seen;
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &seen;
  auto error = llhttp_execute(&parser, head.data(), head.size());
  seen.accepted = error == HPE_OK || error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE;
  return seen;
}

/// Whether our own reading of these octets' first head, if it is plain, is llhttp's: the same fields, no body, the same
/// end of the connection. Empty when it is so or when llhttp reads the head anyway; else what differs.
inline std::string_view differs_from_llhttp(std::string_view octets) {
  HeadScanner scanner;
  if (scanner.scan(octets, Settings{}) != HeadScanner::Outcome::complete) return {};
  auto head = octets.substr(scanner.skipped(), scanner.length() - scanner.skipped());
  auto line = scanner.request_line();
  auto method = http::parse_method(head.substr(0, line.method));
  auto target = head.substr(line.target_begin(), line.target);
  if (!method || !target.starts_with('/') || !http::parse_target(*method, target) || head[line.length() - 1] == '0')
    return {};

  std::vector<http::FieldLine> fields(scanner.fields());
  auto plain = split_plain_fields(head.substr(line.length() + 2), fields);
  if (!plain) return {};
  auto expected = read_with_llhttp(head);
  if (!expected.accepted) return "llhttp refuses the head";
  if (!expected.without_body) return "llhttp sees a body";
  if (expected.keep_alive != plain->keep_alive) return "llhttp sees another end of the connection";
  if (expected.fields.size() != fields.size()) return "llhttp sees another number of fields";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name != expected.fields[i].name || fields[i].value != expected.fields[i].value)
      return "llhttp sees another field";
  }
  return {};
}

}  // namespace sluice::http1
