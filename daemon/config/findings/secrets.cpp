#include "config/findings/secrets.hpp"

#include <algorithm>

#include "base/escape.hpp"

namespace sluice::config {
namespace {

/// Shorter ones would take half of every text with them.
constexpr std::size_t shortest = 4;
constexpr std::string_view veil = "…";

void replace_all(std::string& text, std::string_view what) {
  if (what.size() < shortest) return;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + veil.size()))
    text.replace(at, what.size(), veil);
}

/// How many octets at `at` of `text` stand in `secret` too, one after the other.
std::size_t common(std::string_view text, std::size_t at, std::string_view secret) {
  std::size_t most = 0;
  while (at + most < text.size() && secret.find(text.substr(at, most + 1)) != std::string_view::npos) ++most;
  return most;
}

std::string without_pieces(std::string_view text, std::string_view secret) {
  auto least = std::clamp<std::size_t>(secret.size(), 1, shortest);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto length = common(text, at, secret);
    if (length >= least) {
      out += veil;
      at += length;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

void Secrets::add(std::string value, Span where) {
  if (!value.empty()) all_.push_back({std::move(value), where});
}

std::string Secrets::hide(std::string text) const {
  for (const auto& secret : all_) {
    replace_all(text, secret.value);
    replace_all(text, log_escaped(secret.value));
  }
  return text;
}

std::string Secrets::hide(std::string text, Span where) const {
  for (const auto& secret : all_) {
    bool same_line = secret.where.known() && secret.where.file == where.file && secret.where.line <= where.line &&
                     where.line <= secret.where.end_line;
    if (same_line) text = without_pieces(text, secret.value);
  }
  return hide(std::move(text));
}

}  // namespace sluice::config
