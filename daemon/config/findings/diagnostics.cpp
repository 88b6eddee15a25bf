#include "config/findings/diagnostics.hpp"

#include <algorithm>
#include <tuple>

namespace sluice::config {

Diagnostic& Diagnostics::error(std::string_view code, Span span, std::string message) {
  ++errors_;
  all_.push_back({Severity::error, std::string(code), std::move(message), span, {}, {}, {}});
  return all_.back();
}

Diagnostic& Diagnostics::warning(std::string_view code, Span span, std::string message) {
  all_.push_back({Severity::warning, std::string(code), std::move(message), span, {}, {}, {}});
  return all_.back();
}

void Diagnostics::sort() {
  for (auto& finding : all_) {
    for (auto* text : {&finding.message, &finding.label, &finding.help})
      *text = secrets.hide(std::move(*text), finding.span);
    for (auto& note : finding.notes) note.label = secrets.hide(std::move(note.label), note.span);
  }
  std::ranges::stable_sort(all_, {}, [](const Diagnostic& d) {
    return std::tuple(d.span.known(), d.span.file, d.span.line, d.span.column);
  });
  std::vector<Diagnostic> once;
  auto told = [&once](const Diagnostic& d) {
    return d.span.known() && std::ranges::any_of(once, [&d](const Diagnostic& other) {
             return other.span == d.span && other.message == d.message;
           });
  };
  for (auto& finding : all_) {
    if (!told(finding)) once.push_back(std::move(finding));
  }
  all_ = std::move(once);
  errors_ = static_cast<std::size_t>(std::ranges::count(all_, Severity::error, &Diagnostic::severity));
}

}  // namespace sluice::config
