#include "handlers/same_second.hpp"

#include <ctime>
#include <deque>
#include <mutex>
#include <unordered_map>

namespace sluice::handlers {

namespace {

class RecentStates {
 public:
  bool is_ambiguous(const std::string& name, const FileIdentity& identity, std::int64_t now) {
    std::lock_guard lock(mutex_);
    auto known = states_.find(name);
    if (known != states_.end() && known->second.modified == identity.modified) {
      known->second.ambiguous |= known->second.identity != identity;
      known->second.identity = identity;
      return known->second.ambiguous;
    }
    if (known != states_.end()) {
      known->second = {identity, identity.modified, false};
    } else if (now - identity.modified <= 2) {  // only now can the same second bring another change
      remember(name, identity);
    }
    return false;
  }

 private:
  struct State {
    FileIdentity identity;
    std::int64_t modified = 0;
    bool ambiguous = false;
  };
  static constexpr std::size_t most = 4096;

  void remember(const std::string& name, const FileIdentity& identity) {
    if (order_.size() == most) {
      states_.erase(order_.front());
      order_.pop_front();
    }
    order_.push_back(name);
    states_.insert_or_assign(name, State{identity, identity.modified, false});
  }

  std::mutex mutex_;
  std::unordered_map<std::string, State> states_;
  std::deque<std::string> order_;  // of arrival
};

}  // namespace

bool changed_twice_within_a_second(const std::string& name, const FileIdentity& identity) {
  static RecentStates states;
  return states.is_ambiguous(name, identity, std::time(nullptr));
}

}  // namespace sluice::handlers
