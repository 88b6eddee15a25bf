#include "site/routing/pattern.hpp"

#include <algorithm>
#include <string_view>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "templates/place.hpp"

namespace sluice::site {
namespace {

/// Reads one pattern; reports everything that is wrong with it.
class PatternParser {
 public:
  PatternParser(const config::Located<std::string>& text, config::Diagnostics& diagnostics)
      : text_(text), diagnostics_(diagnostics) {}

  std::optional<Pattern> parse() {
    check_outline();
    if (sound_) parse_segments();
    return sound_ ? std::optional(std::move(pattern_)) : std::nullopt;
  }

 private:
  config::Diagnostic& fault(std::string_view code, std::size_t begin, std::size_t end, std::string message) {
    sound_ = false;
    return diagnostics_.error(code, templates::place_within(diagnostics_.sources, text_, begin, end),
                              std::move(message));
  }

  /// What nginx writes before a location, and Apache and Caddy before a pattern.
  bool is_regular_expression() const {
    const auto& text = text_.value;
    return text.starts_with('~') || text.starts_with('^') || text.starts_with('(');
  }

  void check_outline() {
    const auto& text = text_.value;
    if (is_regular_expression()) {
      auto& error = fault("bad-path", 0, text.size(), "a path is no regular expression");
      error.label = "a path begins with `/`";
      error.help = "`{name}` stands for one segment, `{name...}` at the end for all that follow: \"/users/{id}\"";
      return;
    }
    if (text.starts_with("= /")) {
      fault("bad-path", 0, text.size(), "a path begins with `/`").label = "write `" + text.substr(2) + "`";
      return;
    }
    if (!text.starts_with('/')) {
      fault("bad-path", 0, text.size(), "a path begins with `/`").label =
          text.find("://") == std::string::npos ? "write `/" + text + "`" : "give the path only; `host` names the host";
      return;
    }
    if (auto at = text.find_first_of("?#"); at != std::string::npos) {
      bool query = text[at] == '?';
      auto& error = fault("bad-path", at, text.size(),
                          query ? "a path has no query" : "a path has no fragment: clients never send it");
      if (query) error.label = "declare the parameters with `query.NAME = \"string\"`";
    }
    if (auto at = std::ranges::find_if(text, is_control); at != text.end()) {
      auto offset = static_cast<std::size_t>(at - text.begin());
      fault("bad-path", offset, offset + 1, "a path has no control characters");
    }
  }

  void parse_segments() {
    std::string_view text = text_.value;
    std::size_t begin = 1;
    for (auto segment : split(text.substr(1), '/')) {
      if (!rest_name_.empty()) report_after_rest();
      parse_segment(segment, begin);
      begin += segment.size() + 1;
    }
    if (pattern_.segments.size() > most_segments) {
      fault("bad-path", 0, text.size(), "a path has at most " + std::to_string(most_segments) + " segments");
    }
  }

  void parse_segment(std::string_view segment, std::size_t begin) {
    if (segment.find_first_of("{}") == std::string_view::npos) return parse_literal(segment, begin);
    bool whole = segment.size() >= 2 && segment.front() == '{' &&
                 segment.find_first_of("{}", 1) == segment.size() - 1 && segment.back() == '}';
    if (!whole) return report_braces(segment, begin);

    auto name = segment.substr(1, segment.size() - 2);
    bool rest = name.ends_with("...");
    if (rest) name.remove_suffix(3);
    parse_parameter(name, rest, begin, begin + segment.size());
  }

  /// Other servers' ways to write a parameter, which here would be letters like any other.
  void warn_of_foreign(std::string_view segment, std::size_t begin) {
    std::string remedy;
    if (segment == "*" || segment == "**") {
      remedy = "write `{rest...}` for all that follows, `{name}` for one segment";
    } else if (segment.size() > 1 && segment.front() == ':') {
      remedy = "write `{" + std::string(segment.substr(1)) + "}`";
    } else if (segment.size() > 2 && segment.front() == '<' && segment.back() == '>') {
      auto name = segment.substr(1, segment.size() - 2);
      if (auto colon = name.find(':'); colon != std::string_view::npos) name.remove_prefix(colon + 1);
      remedy = "write `{" + std::string(name) + "}`";
    } else if (segment.find_first_of("*^$\\(|") != std::string_view::npos) {
      remedy = "there are neither wildcards nor regular expressions here: `{name}` stands for a whole segment";
    }
    if (remedy.empty()) return;
    auto& warning = diagnostics_.warning(
        "foreign-path", templates::place_within(diagnostics_.sources, text_, begin, begin + segment.size()),
        "`" + std::string(segment) + "` is taken literally");
    warning.label = remedy;
  }

  void parse_literal(std::string_view segment, std::size_t begin) {
    warn_of_foreign(segment, begin);
    std::string decoded(segment.size(), '\0');
    auto size = percent_decode(segment, decoded.data());
    decoded.resize(size.value_or(0));
    if (!size) {
      fault("bad-path", begin, begin + segment.size(), "`%` begins an escape of two hexadecimal digits").label =
          "write `%25` for a percent sign";
    } else if (!valid_utf8(decoded)) {
      fault("bad-path", begin, begin + segment.size(), "this segment is not UTF-8 when it is decoded");
    }
    pattern_.segments.push_back({PatternSegment::Kind::literal, std::move(decoded)});
  }

  void parse_parameter(std::string_view name, bool rest, std::size_t begin, std::size_t end) {
    auto names = pattern_.parameters();
    if (name.empty()) {
      fault("empty-parameter", begin, end, "a path parameter needs a name").label = rest ? "`{rest...}`" : "`{name}`";
    } else if (!is_parameter_name(name)) {
      fault("bad-parameter-name", begin + 1, begin + 1 + name.size(),
            "`" + std::string(name) + "` is no name for a parameter")
          .help = "names are letters, digits and `_`, and do not begin with a digit";
    } else if (std::ranges::find(names, name) != names.end()) {
      fault("duplicate-parameter", begin, end, "the parameter `" + std::string(name) + "` stands twice in this path")
          .label = "give it another name";
    }
    if (rest) rest_name_ = name, rest_begin_ = begin, rest_end_ = end;
    pattern_.segments.push_back(
        {rest ? PatternSegment::Kind::rest : PatternSegment::Kind::parameter, std::string(name)});
  }

  void report_braces(std::string_view segment, std::size_t begin) {
    auto at = segment.find_first_of("{}");
    bool closed = segment[at] == '{' && segment.find('}', at) != std::string_view::npos;
    auto& error = fault("bad-path", begin + at, begin + segment.size(),
                        closed ? "a parameter takes a whole segment: nothing may stand beside `{…}`"
                               : "this brace has no partner in its segment");
    error.help = "a segment is either plain text, `{name}`, or, at the end, `{name...}`";
  }

  void report_after_rest() {
    fault("rest-not-last", rest_begin_, rest_end_,
          "`{" + rest_name_ + "...}` takes all that follows, so it must be last");
    rest_name_.clear();
  }

  static bool is_parameter_name(std::string_view name) {
    return !is_digit(name.front()) && std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
  }

  const config::Located<std::string>& text_;
  config::Diagnostics& diagnostics_;
  Pattern pattern_;
  std::string rest_name_;
  std::size_t rest_begin_ = 0, rest_end_ = 0;
  bool sound_ = true;
};

}  // namespace

bool Pattern::constant() const {
  return std::ranges::all_of(segments, [](const auto& s) { return s.kind == PatternSegment::Kind::literal; });
}

std::vector<std::string> Pattern::parameters() const {
  std::vector<std::string> names;
  for (const auto& segment : segments) {
    if (segment.kind != PatternSegment::Kind::literal) names.push_back(segment.text);
  }
  return names;
}

std::optional<Pattern> parse_pattern(const config::Located<std::string>& text, config::Diagnostics& diagnostics) {
  return PatternParser(text, diagnostics).parse();
}

}  // namespace sluice::site
