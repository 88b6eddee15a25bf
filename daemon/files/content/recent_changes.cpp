#include "files/content/recent_changes.hpp"

#include <cstdint>
#include <ctime>
#include <deque>
#include <limits>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace sluice::files {

namespace {

/// What is known of one file.
struct State {
  FileIdentity seen;                     // the newest
  std::int64_t ambiguous_second = none;  // in which more than one was modified
  static constexpr std::int64_t none = std::numeric_limits<std::int64_t>::min();

  FileIdentity tagged;
  std::string etag;  // of that one
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

bool is_new(const FileIdentity& identity) { return std::time(nullptr) - identity.modified <= 2; }

/// Whether two states of one second may have different content. The time of change alone tells of it only while the
/// file is new: later it is that of another owner, mode or name.
bool may_differ(const FileIdentity& a, const FileIdentity& b) {
  if (a.modified != b.modified) return false;
  bool same = a.device == b.device && a.inode == b.inode && a.size == b.size && a.modified_nanos == b.modified_nanos;
  return !same || (a != b && is_new(b));
}

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
    if (is_new(identity)) recent.make(name).seen = identity;
    return false;
  }
  if (may_differ(state->seen, identity)) state->ambiguous_second = identity.modified;
  state->seen = identity;
  return state->ambiguous_second == identity.modified;
}

void note_replaced(const std::string& name, const FileIdentity& identity) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  auto* state = recent.find(name);
  if (state == nullptr) {
    recent.make(name).seen = identity;
  } else if (may_differ(state->seen, identity)) {  // this thread was the last to notice that it is not there any more
    state->ambiguous_second = identity.modified;
  }
}

void note_content_tag(const std::string& name, const FileIdentity& identity, std::string etag) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  auto& state = recent.make(name);
  state.tagged = identity;
  state.etag = std::move(etag);
}

std::string content_tag_of(const std::string& name, const FileIdentity& identity) {
  auto& recent = recent_changes();
  std::lock_guard lock(recent.mutex);
  const auto* state = recent.find(name);
  return state != nullptr && state->tagged == identity ? state->etag : std::string();
}

}  // namespace sluice::files
