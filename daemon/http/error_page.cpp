#include "http/error_page.hpp"

#include <array>
#include <utility>

#include "base/escape.hpp"
#include "base/utf8.hpp"
#include "http/content/accept.hpp"

namespace sluice::http {

namespace {

constexpr std::string_view problem_type = "application/problem+json";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view text_type = "text/plain; charset=utf-8";

struct Error {
  Status status;
  std::string_view reason, detail;
};

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

std::string problem_body(const Error& error, bool with_message, std::string out) {
  out = "{\"type\":\"about:blank\"";
  append_member(out, "title", error.reason);
  out.append(",\"status\":").append(std::to_string(error.status));
  if (!error.detail.empty()) append_member(out, "detail", error.detail);
  if (with_message) append_member(out, "message", error.detail.empty() ? error.reason : error.detail);
  out += '}';
  return out;
}

std::string detail_body(const Error& error, std::string out) {
  out = "{\"detail\":";
  append_json_string(out, error.detail.empty() ? error.reason : error.detail);
  out += '}';
  return out;
}

std::string text_body(const Error& error, std::string out) {
  out.assign(std::to_string(error.status)).append(": ");
  append_valid_utf8(out, error.reason);
  if (!error.detail.empty()) {
    out += '\n';
    append_valid_utf8(out, error.detail);
  }
  return out;
}

constexpr std::string_view page_style =
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
    "<style>:root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-content:center;"
    "text-align:center;padding:1rem;box-sizing:border-box;background:#fff;color:#222}"
    "h1{font-size:1.5rem;font-weight:600;margin:0}h1 span{display:block;font-size:4rem;font-weight:300;line-height:1.2}"
    "p{margin:.75rem 0 0;max-width:36rem;overflow-wrap:anywhere;color:#555}"
    "@media(prefers-color-scheme:dark){body{background:#16181d;color:#e6e6e6}p{color:#a5a9b3}}</style>";

std::string html_body(const Error& error, std::string out) {
  std::string reason, detail;
  append_valid_utf8(reason, error.reason);
  append_valid_utf8(detail, error.detail);
  auto status = std::to_string(error.status);

  out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  out.append(status).append(" ");
  append_html_escaped(out, reason);
  out += "</title>";
  out += page_style;
  out.append("</head>\n<body><main><h1><span>").append(status).append("</span>");
  append_html_escaped(out, reason);
  out += "</h1>";
  if (!detail.empty()) {
    out += "<p>";
    append_html_escaped(out, detail);
    out += "</p>";
  }
  out += "</main></body></html>\n";
  return out;
}

ErrorPage automatic_page(const Error& error, std::string_view accept, std::string buffer) {
  constexpr std::array<std::string_view, 3> types = {problem_type, "text/html", json_type};
  switch (best_media_type(accept, types)) {
    case 1: return {html_body(error, std::move(buffer)), html_type, true};
    case 2: return {problem_body(error, true, std::move(buffer)), json_type, true};
    default: return {problem_body(error, false, std::move(buffer)), problem_type, true};
  }
}

}  // namespace

ErrorPage make_error_page(ErrorForm form, Status status, std::string_view reason, std::string_view detail,
                          std::string_view accept, std::string buffer) {
  if (reason.empty()) reason = reason_phrase(status);
  if (reason.empty()) reason = "Error";
  Error error{status, reason, detail};
  switch (form) {
    case ErrorForm::problem: return {problem_body(error, false, std::move(buffer)), problem_type};
    case ErrorForm::detail: return {detail_body(error, std::move(buffer)), json_type};
    case ErrorForm::text: return {text_body(error, std::move(buffer)), text_type};
    case ErrorForm::html: return {html_body(error, std::move(buffer)), html_type};
    case ErrorForm::automatic: break;
  }
  return automatic_page(error, accept, std::move(buffer));
}

}  // namespace sluice::http
