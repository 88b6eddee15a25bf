#pragma once

#include <string>
#include <string_view>

/// Text made safe for the place where it goes. All append to `out`; what is plain is copied in one piece.
namespace sluice {

/// A JSON string with its quotes (RFC 8259 §7). Non-ASCII stays UTF-8; octets that are not UTF-8 become U+FFFD, so
/// that the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
/// The same without the quotes, for text inside a string.
void append_json_escaped(std::string& out, std::string_view text);
/// HTML text or a quoted attribute value: & < > " ' as character references.
void append_html_escaped(std::string& out, std::string_view text);
/// One line for a terminal or a log: control characters (C0, DEL, C1) as \n \t \r \xNN \u00NN, octets that are not
/// UTF-8 as \xNN. Backslashes stay, so that what the user wrote reads as written.
void append_log_escaped(std::string& out, std::string_view text);
/// A value between the quotes of an access log, as Apache escapes it: `"` and `\` behind a backslash, what is not
/// printable ASCII as \xNN. The value can end neither its quotes nor its line.
void append_quoted_escaped(std::string& out, std::string_view text);

std::string json_string(std::string_view text);
std::string html_escaped(std::string_view text);
std::string log_escaped(std::string_view text);

}  // namespace sluice
