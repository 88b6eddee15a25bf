#pragma once

#include <string>
#include <string_view>

#include "templates/template.hpp"

namespace sluice::templates {

/// Builds the pieces of one Template and reports what is wrong with its text. Lives while one is compiled.
class TemplateCompiler {
 public:
  TemplateCompiler(const Scope& scope, Escape escape, config::Diagnostics& diagnostics)
      : scope_(scope), escape_(escape), diagnostics_(diagnostics) {}

  void add_constant(std::string_view text);
  /// Adds a text with placeholders; its constant parts are escaped when `escape_constants` is set.
  void add_text(const config::Located<std::string>& text, bool escape_constants);
  /// Adds a string of a JSON value: one lone placeholder keeps its type, anything else stands in quotes.
  void add_json_string(const config::Located<std::string>& text);

  Template finish() &&;

 private:
  /// Handles the placeholder that begins at `open`; returns where the text goes on.
  std::size_t add_placeholder(const config::Located<std::string>& text, std::size_t open, bool typed);
  void add_environment(const config::Located<std::string>& text, std::size_t at, const std::string& variable,
                       bool typed);
  void report_unclosed(const config::Located<std::string>& text, std::size_t open);
  void report_lone_close(const config::Located<std::string>& text, std::size_t at);
  void report_unknown(const config::Located<std::string>& text, std::string_view name, std::size_t at);
  std::string suggestion_for(std::string_view name) const;
  std::string names_help() const;

  const Scope& scope_;
  Escape escape_;
  config::Diagnostics& diagnostics_;
  std::vector<Template::Piece> pieces_;
};

}  // namespace sluice::templates
