#include "files/content/cache_policy.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "files/content/built_name.hpp"

namespace sluice::files {

namespace {

/// What installs itself in the browser and then answers for the site. Whoever keeps an old one keeps the old site.
bool is_service_worker(std::string_view name) {
  constexpr std::array<std::string_view, 6> names = {
      "sw.js", "service-worker.js", "registerSW.js", "firebase-messaging-sw.js", "ngsw-worker.js", "ngsw.json"};
  return std::ranges::find(names, name) != names.end();
}

std::string_view last_segment(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace

std::string_view default_cache_control(std::string_view relative, std::string_view content_type) {
  if (content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")) return "no-cache";
  if (is_service_worker(last_segment(relative))) return "no-cache";
  if (has_content_hash(relative)) return immutable_cache_control;
  return short_cache_control;
}

bool glob_matches(std::string_view glob, std::string_view path) {
  if (glob.find('/') == std::string_view::npos) path = path.substr(path.rfind('/') + 1);
  if (glob.find('/') != std::string_view::npos && !glob.starts_with('/')) path.remove_prefix(1);
  // Goes forward, and back to the last star when the rest does not fit: linear but for nested stars, of which
  // the last one that may cross slashes and the last one that may not are remembered.
  struct Retry {
    std::size_t glob = std::string_view::npos, path = 0;
  } star, double_star;
  std::size_t g = 0, p = 0;
  while (p < path.size() || g < glob.size()) {
    if (glob.substr(g).starts_with("**")) {
      bool directories = (g == 0 || glob[g - 1] == '/') && glob.substr(g + 2).starts_with('/');
      double_star = {g += 2, p};
      star = {};
      if (directories) ++g;  // none at first
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      star = {++g, p};
      continue;
    }
    bool fits = p < path.size() && g < glob.size() && (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'));
    if (fits) {
      ++g;
      ++p;
    } else if (star.glob != std::string_view::npos && star.path < path.size() && path[star.path] != '/') {
      g = star.glob;
      p = ++star.path;
    } else if (double_star.glob != std::string_view::npos && double_star.path < path.size()) {
      star = {};
      g = double_star.glob;
      p = ++double_star.path;
    } else {
      return false;
    }
  }
  return true;
}

Result<std::vector<std::string>> expand_glob(std::string_view glob) {
  constexpr std::size_t most = 100;
  std::vector<std::string> done, open = {std::string(glob)};
  while (!open.empty()) {
    auto text = std::move(open.back());
    open.pop_back();
    auto close = text.find('}');
    auto begin = text.rfind('{', close);  // the innermost
    if (close == std::string::npos && begin == std::string::npos) {
      if (text.empty()) return fail("a glob says which files are meant, as \"*.pdf\"");
      if (text.ends_with('/')) return fail("write \"" + text + "**\" for what lies in a directory");
      for (auto segment : split(text, '/')) {
        if (segment == "..") return fail("a glob is about what lies below the root");
      }
      if (std::ranges::find(done, text) == done.end()) done.push_back(std::move(text));
      continue;
    }
    if (close == std::string::npos || begin == std::string::npos || close == begin + 1)
      return fail("alternatives are written {a,b}");
    for (auto part : split(std::string_view(text).substr(begin + 1, close - begin - 1), ',')) {
      if (done.size() + open.size() > most) return fail("it has too many alternatives");
      open.push_back(text.substr(0, begin) + std::string(part) + text.substr(close + 1));
    }
  }
  return done;
}

const std::string* CachePolicy::rule_for(std::string_view relative) const {
  if (rules_.empty()) return nullptr;
  auto path = '/' + std::string(relative);
  auto rule = std::ranges::find_if(rules_, [&](const auto& entry) { return glob_matches(entry.first, path); });
  return rule == rules_.end() ? nullptr : &rule->second;
}

std::string_view CachePolicy::control_for(std::string_view relative, std::string_view content_type) const {
  const auto* rule = rule_for(relative);
  return rule ? *rule : default_cache_control(relative, content_type);
}

}  // namespace sluice::files
