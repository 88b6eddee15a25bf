#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/escape.hpp"
#include "config/findings/diagnostics.hpp"
#include "config/findings/excerpt.hpp"
#include "config/findings/words.hpp"

/// The three forms in which findings are shown.
namespace sluice::config {
namespace {

std::string_view severity_name(const Diagnostic& finding) {
  return finding.severity == Severity::error ? "error" : "warning";
}

std::string path_of(Span span, const Diagnostics& diagnostics) {
  return log_escaped(diagnostics.sources[span.file].path);
}

std::string place_of(Span span, const Diagnostics& diagnostics) {
  return path_of(span, diagnostics) + ":" + std::to_string(span.line) + ":" + std::to_string(span.column);
}

std::string summary_of(const Diagnostics& diagnostics) {
  std::string summary;
  if (diagnostics.errors() != 0) summary = counted(diagnostics.errors(), "error");
  if (diagnostics.warnings() != 0) {
    summary += (summary.empty() ? "" : ", ") + counted(diagnostics.warnings(), "warning");
  }
  return summary + (diagnostics.failed() ? ". Nothing was changed." : ".");
}

class HumanForm {
 public:
  HumanForm(const Diagnostics& diagnostics, bool colour) : diagnostics_(diagnostics), colour_(colour) {}

  std::string run() {
    for (const auto& finding : diagnostics_.all()) {
      write(finding);
      out_ += "\n";
    }
    if (!diagnostics_.all().empty()) out_ += summary_of(diagnostics_) + "\n";
    return std::move(out_);
  }

 private:
  static constexpr std::string_view red = "\x1b[1;31m", yellow = "\x1b[1;33m", blue = "\x1b[1;34m", bold = "\x1b[1m";

  std::string paint(std::string_view colour, std::string_view text) const {
    return colour_ ? std::string(colour) + std::string(text) + "\x1b[0m" : std::string(text);
  }

  void write(const Diagnostic& finding) {
    auto colour = finding.severity == Severity::error ? red : yellow;
    out_ += paint(colour, std::string(severity_name(finding)) + "[" + finding.code + "]") +
            paint(bold, ": " + log_escaped(finding.message)) + "\n";
    gutter_ = gutter_of(finding);
    if (finding.span.known()) {
      write_place("--> ", finding.span, '^', colour, finding.label);
    } else if (!finding.label.empty()) {
      write_footer(finding.label);
    }
    for (const auto& note : finding.notes) {
      if (!note.span.known()) continue;
      out_ += bar() + "\n";
      write_place("::: ", note.span, '-', blue, note.label);
    }
    if (finding.help.empty()) return;
    if (finding.span.known()) out_ += bar() + "\n";
    write_footer("help: " + finding.help);
  }

  /// The width of the largest line number of a finding.
  static std::size_t gutter_of(const Diagnostic& finding) {
    auto line = finding.span.line;
    for (const auto& note : finding.notes) line = std::max(line, note.span.line);
    return std::to_string(line).size();
  }

  std::string bar() const { return paint(blue, std::string(gutter_ + 2, ' ') + "|"); }

  void write_footer(std::string_view text) {
    out_ += std::string(gutter_ + 2, ' ') + paint(blue, "=") + " " + log_escaped(text) + "\n";
  }

  void write_place(std::string_view arrow, Span span, char mark, std::string_view colour, std::string_view label) {
    auto excerpt = excerpt_of(span, diagnostics_);
    auto number = std::to_string(span.line);
    number.insert(0, gutter_ - number.size(), ' ');
    out_ += std::string(gutter_ + 1, ' ') + paint(blue, arrow) + place_of(span, diagnostics_) + "\n";
    out_ += bar() + "\n";
    out_ += paint(blue, " " + number + " |") + (excerpt.line.empty() ? "" : " " + excerpt.line) + "\n";
    auto marks = std::string(excerpt.width, mark);
    if (!label.empty()) marks += " " + log_escaped(label);
    out_ += bar() + " " + std::string(excerpt.indent, ' ') + paint(colour, marks) + "\n";
  }

  const Diagnostics& diagnostics_;
  bool colour_;
  std::size_t gutter_ = 1;
  std::string out_;
};

std::string gcc_line(Span span, std::string_view severity, const std::string& message, const Diagnostics& diagnostics) {
  auto place = span.known() ? place_of(span, diagnostics) : "sluice";
  return place + ": " + std::string(severity) + ": " + log_escaped(message) + "\n";
}

std::string gcc_form(const Diagnostics& diagnostics) {
  std::string out;
  for (const auto& finding : diagnostics.all()) {
    out += gcc_line(finding.span, severity_name(finding), finding.message + " [" + finding.code + "]", diagnostics);
    if (!finding.label.empty()) out += gcc_line(finding.span, "note", finding.label, diagnostics);
    for (const auto& note : finding.notes) out += gcc_line(note.span, "note", note.label, diagnostics);
    if (!finding.help.empty()) out += gcc_line(finding.span, "note", finding.help, diagnostics);
  }
  return out;
}

using Json = nlohmann::ordered_json;

Json json_place(Span span, const Diagnostics& diagnostics) {
  if (!span.known()) return {{"file", nullptr}};
  return {{"file", diagnostics.sources[span.file].path},
          {"line", span.line},
          {"column", span.column},
          {"end_line", span.end_line},
          {"end_column", span.end_column}};
}

Json json_finding(const Diagnostic& finding, const Diagnostics& diagnostics) {
  Json out = {{"severity", severity_name(finding)}, {"code", finding.code}, {"message", finding.message}};
  out.update(json_place(finding.span, diagnostics));
  out["label"] = finding.label;
  out["help"] = finding.help;
  out["notes"] = Json::array();
  for (const auto& note : finding.notes) {
    auto place = json_place(note.span, diagnostics);
    place["label"] = note.label;
    out["notes"].push_back(std::move(place));
  }
  return out;
}

std::string json_form(const Diagnostics& diagnostics) {
  Json out = {{"errors", diagnostics.errors()}, {"warnings", diagnostics.warnings()}, {"diagnostics", Json::array()}};
  for (const auto& finding : diagnostics.all()) out["diagnostics"].push_back(json_finding(finding, diagnostics));
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string render(const Diagnostics& diagnostics, Format format, bool colour) {
  switch (format) {
    case Format::human: return HumanForm(diagnostics, colour).run();
    case Format::gcc: return gcc_form(diagnostics);
    case Format::json: return json_form(diagnostics);
  }
  return {};
}

}  // namespace sluice::config
