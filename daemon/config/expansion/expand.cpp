#include "config/expansion/expand.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "config/expansion/outside.hpp"
#include "config/fields/fields.hpp"
#include "config/findings/words.hpp"

namespace sluice::config {
namespace {

bool is_variable_name(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_alphanumeric(c) || c == '_'; });
}

/// ${env:NAME} and ${env:NAME:-default}: the default also stands for an empty variable, as in the shell.
Expanded expand_env(std::string_view argument) {
  auto colon = argument.find(":-");
  bool has_default = colon != std::string_view::npos;
  auto name = std::string(argument.substr(0, colon));
  if (!is_variable_name(name)) {
    return std::unexpected(Fault{"bad-expansion", in_quotes(name) + " is no name of an environment variable",
                                 "${env:NAME} or ${env:NAME:-default}"});
  }
  const char* value = std::getenv(name.c_str());
  if (has_default && (!value || !*value)) return std::string(argument.substr(colon + 2));
  if (!value) {
    return std::unexpected(Fault{"unset-variable", "the environment variable " + in_ticks(name) + " is not set",
                                 "${env:" + name + ":-default} gives it a default"});
  }
  if (!valid_utf8(value)) {
    return std::unexpected(Fault{"bad-expansion", "the environment variable " + in_ticks(name) + " is not UTF-8", {}});
  }
  return std::string(value);
}

/// A kind of expansion: what stands before the colon, and what its argument becomes. `directory` is where names of
/// files start.
struct Expander {
  std::string_view kind;
  std::string_view form;
  bool secret;  // nobody may see the value
  Expanded (*expand)(std::string_view argument, const std::string& directory);
};
constexpr std::array expanders = {
    Expander{"env", "${env:NAME}", false, [](std::string_view name, const std::string&) { return expand_env(name); }},
    Expander{"file", "${file:NAME}", true, read_outside_file},
    Expander{"cred", "${cred:NAME}", true,
             [](std::string_view name, const std::string&) { return read_credential(name); }},
};

const Expander* expander_for(std::string_view kind) {
  auto found = std::ranges::find(expanders, kind, &Expander::kind);
  return found == expanders.end() ? nullptr : &*found;
}

Fault unknown(std::string_view kind) {
  std::string forms;
  for (const auto& expander : expanders) forms += (forms.empty() ? "" : ", ") + std::string(expander.form);
  return {"unknown-expansion", "unknown expansion ${" + std::string(kind) + ":…}",
          "expansions: " + forms + "; $${ stands for ${ itself"};
}

/// Whether `${inside}` is for us: it has a colon, or is what a shell would expand.
enum class Meaning { expansion, shell_variable, placeholder };
Meaning meaning_of(std::string_view inside) {
  auto colon = inside.find(':');
  auto word = inside.substr(0, colon);
  bool letters = !word.empty() && std::ranges::all_of(word, [](char c) { return is_alpha(c); });
  if (colon != std::string_view::npos && letters) return Meaning::expansion;
  bool capitals = is_variable_name(inside) && to_lower(inside) != inside &&
                  std::ranges::none_of(inside, [](char c) { return c >= 'a' && c <= 'z'; });
  return capitals ? Meaning::shell_variable : Meaning::placeholder;
}

class StringExpansion {
 public:
  StringExpansion(Value& value, Diagnostics& diagnostics) : value_(value), diagnostics_(diagnostics) {}

  void run() {
    std::string_view text = value_.text;
    std::size_t at = 0;
    for (;;) {
      auto dollar = text.find("${", at);
      if (dollar == std::string_view::npos) break;
      bool escaped = dollar > at && text[dollar - 1] == '$';
      out_ += text.substr(at, dollar - at - (escaped ? 1 : 0));
      at = escaped ? keep_literally(dollar) : take(dollar);
    }
    out_ += text.substr(at);
    if (!changed_) return;
    value_.expanded = value_.expanded || replaced_;
    value_.text = std::move(out_);
  }

 private:
  std::size_t keep_literally(std::size_t dollar) {
    out_ += "${";
    changed_ = true;
    return dollar + 2;
  }

  /// Replaces what begins at `dollar`; returns where to go on.
  std::size_t take(std::size_t dollar) {
    auto inside = std::string_view(value_.text).substr(dollar + 2);
    auto close = inside.find('}');
    auto meaning = meaning_of(inside.substr(0, close));
    if (meaning == Meaning::placeholder) {
      out_ += "${";
      return dollar + 2;
    }
    if (close == std::string_view::npos) {
      report(dollar, value_.text.size() - dollar, {"bad-expansion", "this ${ has no }", "$${ stands for ${ itself"});
      return value_.text.size();
    }
    inside = inside.substr(0, close);
    auto length = close + 3;
    auto colon = inside.find(':');
    const auto* expander = expander_for(inside.substr(0, colon));
    if (meaning == Meaning::shell_variable) {
      report(dollar, length,
             {"bad-expansion", "${" + std::string(inside) + "} is not expanded",
              "write ${env:" + std::string(inside) + "}, or $${" + std::string(inside) +
                  "} for a `$` before a placeholder"});
    } else if (!expander) {
      report(dollar, length, unknown(inside.substr(0, colon)));
    } else if (auto value =
                   expander->expand(inside.substr(colon + 1), Reading{diagnostics_}.directory_of(value_.span))) {
      out_ += *value;
      changed_ = replaced_ = true;
      if (expander->secret) diagnostics_.secrets.add(std::move(*value), value_.span);
    } else {
      report(dollar, length, value.error());
    }
    return dollar + length;
  }

  void report(std::size_t offset, std::size_t length, const Fault& fault) {
    value_.unusable = true;
    auto place = place_within(value_, offset, length);
    // The service may have what whoever checks its configuration has not, who is told and goes on.
    if (fault.only_here && diagnostics_.for_another_process) {
      diagnostics_.warning(fault.code, place, fault.message).label = "this value is not checked";
    } else {
      diagnostics_.error(fault.code, place, fault.message).help = fault.help;
    }
  }

  Value& value_;
  Diagnostics& diagnostics_;
  std::string out_;
  bool changed_ = false;   // the text is not what stands in the file
  bool replaced_ = false;  // it holds a value from outside
};

}  // namespace

void expand(Value& value, Diagnostics& diagnostics) {
  if (value.is(Value::Kind::string)) StringExpansion(value, diagnostics).run();
  for (auto& item : value.items) expand(item, diagnostics);
  for (auto& member : value.members) expand(member.value, diagnostics);
}

Span place_within(const Value& string, std::size_t offset, std::size_t length) {
  const auto& span = string.span;
  auto width = count_code_points(string.text);
  bool plain = span.known() && span.line == span.end_line && span.end_column - span.column == width + 2;
  if (!plain || string.expanded || offset + length > string.text.size()) return span;
  auto text = std::string_view(string.text);
  auto place = span;
  place.column += static_cast<std::uint32_t>(1 + count_code_points(text.substr(0, offset)));
  place.end_column = place.column + static_cast<std::uint32_t>(count_code_points(text.substr(offset, length)));
  return place;
}

}  // namespace sluice::config
