#include "config/diagnostics.hpp"

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
  std::ranges::stable_sort(all_, {}, [](const Diagnostic& d) {
    return std::tuple(d.span.known(), d.span.file, d.span.line, d.span.column);
  });
}

}  // namespace sluice::config
