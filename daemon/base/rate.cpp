#include "base/rate.hpp"

#include <map>
#include <string_view>

#include "base/text.hpp"

namespace sluice {

Result<Rate> parse_rate(const std::string& text) {
  using namespace std::chrono_literals;
  auto slash = text.find('/');
  auto count = parse_unsigned(std::string_view(text).substr(0, slash));
  auto unit = slash == std::string::npos ? std::string() : text.substr(slash + 1);
  static const std::map<std::string, std::chrono::milliseconds> units = {{"s", 1s}, {"m", 1min}, {"h", 1h}};
  auto known = units.find(unit);
  if (!count || known == units.end())
    return fail("a rate is a number and a unit of time: \"20/s\", \"100/m\", \"1000/h\"");
  if (*count == 0 || *count > 1'000'000) return fail("a rate is at least 1 and at most 1000000 in the unit");
  return Rate{static_cast<std::uint32_t>(*count), known->second};
}

}  // namespace sluice
