#include "base/escape.hpp"

#include <algorithm>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "templates/template.hpp"

namespace sluice::templates {
namespace {

/// Controls in a field value could end the line and begin another field (RFC 9110 §5.5).
void append_field_value(std::string& out, std::string_view text) {
  auto from = out.size();
  out += text;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(from), out.end(), is_control, ' ');
}

void append_name_part(std::string& out, std::string_view text) {
  for (auto at = text.find_first_of("/%"); at != std::string_view::npos; at = text.find_first_of("/%")) {
    out.append(text.substr(0, at)).append(text[at] == '/' ? "%2F" : "%25");
    text.remove_prefix(at + 1);
  }
  out += text;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text, Escape escape) {
  switch (escape) {
    case Escape::none: out += text; return;
    case Escape::html: append_html_escaped(out, text); return;
    case Escape::json: append_json_escaped(out, text); return;
    case Escape::field: append_field_value(out, text); return;
    case Escape::uri: append_percent_encoded(out, text, "/"); return;
    case Escape::name_part: append_name_part(out, text); return;
    case Escape::log: append_log_escaped(out, text); return;
    case Escape::quoted: append_quoted_escaped(out, text); return;
  }
}

}  // namespace sluice::templates
