/// The config loader: whatever the text, it ends with a site or with findings that can be shown.

#include "config/findings/diagnostics.hpp"
#include "input.hpp"
#include "site/site.hpp"

using namespace sluice;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(fuzz::Input(data, size).rest());
  if (text.find("include") != std::string::npos) return 0;  // what lies on this machine's disk is not the input
  config::Diagnostics diagnostics;
  auto site = site::load_text("fuzz.toml", text, diagnostics);
  fuzz::require((site == nullptr) == diagnostics.failed(), "no site if and only if there are errors");
  diagnostics.sort();
  for (auto format : {config::Format::human, config::Format::gcc, config::Format::json})
    fuzz::require(
        !config::render(diagnostics, format, format == config::Format::human).empty() || diagnostics.all().empty(),
        "findings can be shown");
  for (const auto& finding : diagnostics.all()) {
    fuzz::require(!finding.message.empty(), "a finding says what is wrong");
    fuzz::require(finding.span.end_line >= finding.span.line, "a place ends after it begins");
  }
  return 0;
}
