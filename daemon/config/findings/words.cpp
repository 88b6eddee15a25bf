#include "config/findings/words.hpp"

#include "base/escape.hpp"
#include "base/utf8.hpp"

namespace sluice::config {
namespace {

constexpr std::string_view alternative = " or ";

/// Applies `change` to each noun of "string or table". What follows "array of" is its plural already.
template <class Change>
std::string each(std::string_view nouns, Change change) {
  std::string out;
  for (;;) {
    auto at = nouns.starts_with("array of ") ? std::string_view::npos : nouns.find(alternative);
    out += change(nouns.substr(0, at));
    if (at == std::string_view::npos) return out;
    out += alternative;
    nouns.remove_prefix(at + alternative.size());
  }
}

}  // namespace

std::string with_article(std::string_view noun) {
  if (noun == "true" || noun == "false") return std::string(noun);
  bool vowel = !noun.empty() && std::string_view("aeiou").find(noun.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string with_articles(std::string_view nouns) { return each(nouns, with_article); }

std::string plural(std::string_view nouns) {
  return each(nouns, [](std::string_view noun) {
    auto of = noun.find(" of ");  // "array of strings" → "arrays of strings"
    auto first = std::string(noun.substr(0, of));
    bool hisses = first.ends_with("s") || first.ends_with("x");
    return first + (hisses ? "es" : "s") + (of == std::string_view::npos ? "" : std::string(noun.substr(of)));
  });
}

std::string in_ticks(std::string_view word) { return "`" + log_escaped(word) + "`"; }

std::string in_quotes(std::string_view word) {
  constexpr std::size_t longest = 60;
  auto shown = log_escaped(word);
  if (shown.size() > longest) {
    auto cut = longest;
    while (cut > 0 && (static_cast<unsigned char>(shown[cut]) & 0xC0) == 0x80) --cut;  // not inside a code point
    shown = shown.substr(0, cut) + "…";
  }
  return "\"" + shown + "\"";
}

std::string listed(const std::vector<std::string>& words, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i != 0) out += ", ";
    if (i == most) return out + "…";
    out += words[i];
  }
  return out;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  auto column = indent;
  while (!text.empty()) {
    auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    auto size = count_code_points(word);
    if (column > indent && column + 1 + size > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += size;
  }
  return out;
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + (count == 1 ? std::string(noun) : plural(noun));
}

}  // namespace sluice::config
