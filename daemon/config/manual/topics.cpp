#include "config/manual/topics.hpp"

#include <algorithm>

#include "config/findings/words.hpp"

namespace sluice::config {

std::map<std::string, Topic, std::less<>>& topics() {
  static std::map<std::string, Topic, std::less<>> all;
  return all;
}

TopicEntry::TopicEntry(const std::string& name, Topic topic) {
  auto& known = topics()[name];
  known.title = std::move(topic.title);
  known.introduction = std::move(topic.introduction);
  for (auto& group : topic.groups) TopicGroupEntry(name, std::move(group));
}

TopicGroupEntry::TopicGroupEntry(std::string topic, Topic::Group group) {
  auto& groups = topics()[std::move(topic)].groups;
  groups.insert(std::ranges::upper_bound(groups, group.position, {}, &Topic::Group::position), std::move(group));
}

std::string plain_text(const Topic& topic, std::size_t width) {
  auto out = topic.title + "\n\n  " + wrapped(topic.introduction, 2, width) + "\n";
  for (const auto& group : topic.groups) {
    std::size_t widest = 0;
    for (const auto& [written, meaning] : group.rows) widest = std::max(widest, written.size());
    out += "\n  " + group.title + "\n";
    for (const auto& [written, meaning] : group.rows)
      out +=
          "    " + written + std::string(widest + 2 - written.size(), ' ') + wrapped(meaning, widest + 6, width) + "\n";
  }
  return out;
}

std::string markdown(const Topic& topic) {
  auto out = "## " + topic.title + "\n\n" + topic.introduction + "\n\n";
  for (const auto& group : topic.groups) {
    out += "### " + group.title + "\n\n| Written | Stands for |\n|---|---|\n";
    for (const auto& [written, meaning] : group.rows) out += "| `" + written + "` | " + meaning + " |\n";
    out += "\n";
  }
  return out;
}

}  // namespace sluice::config
