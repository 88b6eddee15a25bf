#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "config/findings/diagnostics.hpp"

namespace sluice::config {
namespace {

std::string folded(std::string_view word) {
  auto text = to_lower(word);
  std::ranges::replace(text, '-', '_');
  return text;
}

/// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (Damerau-Levenshtein,
/// in the form that edits no part twice).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

/// How many edits still count as a slip of the finger: one in a short word, a third of a long one.
std::size_t tolerance(std::size_t length) { return length < 6 ? 1 : length / 3; }

/// Whether one of the words begins with the other, which is long enough to mean something: "warn" and
/// "warning".
bool is_beginning(std::string_view a, std::string_view b) {
  constexpr std::size_t enough = 3;
  return std::min(a.size(), b.size()) >= enough && (a.starts_with(b) || b.starts_with(a));
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  constexpr std::size_t longest_word = 64;  // nothing longer is a key
  if (word.empty() || word.size() > longest_word) return {};
  auto wanted = folded(word);
  std::string_view best;
  std::pair<std::size_t, bool> best_score{longest_word, true};  // fewer edits first, then the same first letter
  for (auto candidate : candidates) {
    auto other = folded(candidate);
    auto edits = distance(wanted, other);
    auto length = std::max(wanted.size(), other.size());
    if (edits > tolerance(length) || edits >= length) continue;
    std::pair score{edits, wanted.front() != other.front()};
    if (best.empty() || score < best_score) {
      best = candidate;
      best_score = score;
    }
  }
  return best;
}

std::string_view completed(std::string_view word, const std::vector<std::string_view>& candidates) {
  auto wanted = folded(word);
  auto begins = [&](std::string_view candidate) { return is_beginning(wanted, folded(candidate)); };
  auto found = std::ranges::find_if(candidates, begins);
  return found == candidates.end() ? std::string_view() : *found;
}

}  // namespace sluice::config
