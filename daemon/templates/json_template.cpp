#include <algorithm>
#include <cmath>
#include <string>

#include "templates/number.hpp"
#include "templates/template.hpp"
#include "templates/template_compiler.hpp"

namespace sluice::templates {
namespace {

/// Writes a TOML value as JSON (RFC 8259) without white space.
class JsonWriter {
 public:
  JsonWriter(TemplateCompiler& compiler, config::Diagnostics& diagnostics)
      : compiler_(compiler), diagnostics_(diagnostics) {}

  void write(const config::Value& value) {
    using Kind = config::Value::Kind;
    switch (value.kind) {
      case Kind::none: return compiler_.add_constant("null");
      case Kind::string: return compiler_.add_json_string({value.text, value.span});
      case Kind::integer: return compiler_.add_constant(std::to_string(value.integer));
      case Kind::floating: return write_floating(value);
      case Kind::boolean: return compiler_.add_constant(value.boolean ? "true" : "false");
      case Kind::datetime: return write_datetime(value);
      case Kind::array: return write_array(value);
      case Kind::table: return write_table(value);
    }
  }

 private:
  void write_floating(const config::Value& value) {
    if (!std::isfinite(value.floating)) {
      auto& error = diagnostics_.error("json-number", value.span, "JSON has no infinity and no nan");
      error.label = "write it as a string";
      return;
    }
    // TOML allows a plus sign and underscores, which JSON does not know.
    auto digits = value.text;
    std::erase(digits, '_');
    if (digits.starts_with('+')) digits.erase(0, 1);
    compiler_.add_constant(digits.empty() ? python_repr(value.floating) : digits);
  }

  void write_datetime(const config::Value& value) {
    auto text = value.text;  // RFC 3339 has a `T` where TOML allows a space
    std::ranges::replace(text, ' ', 'T');
    compiler_.add_constant("\"" + text + "\"");
  }

  void write_array(const config::Value& value) {
    compiler_.add_constant("[");
    for (const auto& item : value.items) {
      if (&item != &value.items.front()) compiler_.add_constant(",");
      write(item);
    }
    compiler_.add_constant("]");
  }

  void write_table(const config::Value& value) {
    compiler_.add_constant("{");
    for (const auto& member : value.members) {
      compiler_.add_constant(&member == &value.members.front() ? "\"" : ",\"");
      compiler_.add_text({member.key, member.key_span}, true);
      compiler_.add_constant("\":");
      write(member.value);
    }
    compiler_.add_constant("}");
  }

  TemplateCompiler& compiler_;
  config::Diagnostics& diagnostics_;
};

}  // namespace

Template Template::compile_json(const config::Value& value, const Scope& scope, config::Diagnostics& diagnostics) {
  TemplateCompiler compiler(scope, Escape::json, diagnostics);
  JsonWriter(compiler, diagnostics).write(value);
  return std::move(compiler).finish();
}

}  // namespace sluice::templates
