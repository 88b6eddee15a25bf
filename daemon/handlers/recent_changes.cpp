#include "handlers/recent_changes.hpp"

#include <ctime>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace sluice::handlers {

namespace {

/// What is known of one file.
struct State {
  FileIdentity seen;
  bool ambiguous = false;

  FileIdentity tagged;
  bool has_tag = false;
  bool tag_is_final = false;
  std::string etag;
};

/// The files that changed last; the one that came first goes when there are too many.
class RecentChanges {
 public:
  std::mutex mutex;

  State* find(const std::string& name) {
    auto found = states_.find(name);
    return found == states_.end() ? nullptr : &found->second;
  }
  State& make(const std::string& name) {
    auto [state, is_new] = states_.try_emplace(name);
    if (is_new) order_.push_back(name);
    if (order_.size() > most) {
      states_.erase(order_.front());
      order_.pop_front();
    }
    return state->second;
  }

 private:
  static constexpr std::size_t most = 4096;
  std::unordered_map<std::string, State> states_;
  std::deque<std::string> order_;
};

RecentChanges& recent_changes() {
  static RecentChanges all;
  return all;
}

}  // namespace

bool changed_twice_within_a_second(const std::string& name, const FileIdentity& identity) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  auto* state = recent.find(name);
  if (state == nullptr) {
    // Only in the second in which it changed, or about then, may the same second bring another change.
    if (std::time(nullptr) - identity.modified <= 2) recent.make(name).seen = identity;
    return false;
  }
  bool same_second = state->seen.modified == identity.modified;
  state->ambiguous = same_second && (state->ambiguous || state->seen != identity);
  state->seen = identity;
  return state->ambiguous;
}

void note_replaced(const std::string& name, const FileIdentity& identity) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  recent.make(name).seen = identity;
}

void note_content_tag(const std::string& name, const FileIdentity& identity, std::string etag, bool settled) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  auto& state = recent.make(name);
  state.tagged = identity;
  state.has_tag = true;
  state.tag_is_final = settled;
  state.etag = std::move(etag);
}

FreshTag content_tag_of(const std::string& name, const FileIdentity& identity) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  const auto* state = recent.find(name);
  if (state == nullptr || !state->has_tag || state->tagged != identity) return {};
  return {true, state->tag_is_final ? state->etag : std::string()};
}

}  // namespace sluice::handlers
