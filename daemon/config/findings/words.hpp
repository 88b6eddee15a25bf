#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The small pieces of English from which messages are put together.
namespace sluice::config {

/// "a duration", "an integer".
std::string with_article(std::string_view noun);
/// "string or table" → "a string or a table".
std::string with_articles(std::string_view nouns);
/// "string or table" → "strings or tables".
std::string plural(std::string_view nouns);
/// "`word`", control characters made visible.
std::string in_ticks(std::string_view word);
/// "\"word\"", control characters made visible; long words are cut.
std::string in_quotes(std::string_view word);
/// "a, b, c, …": at most `most` of `words`.
std::string listed(const std::vector<std::string>& words, std::size_t most = 12);
/// `text` in lines of at most `width` columns where its words allow that; each line but the first is indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);
/// "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace sluice::config
