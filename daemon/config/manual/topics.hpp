#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sluice::config {

/// A page of the manual about something that is no key. Shown by `sluice explain NAME`, and part of the reference.
struct Topic {
  struct Group {
    int position = 0;                                       // among the groups, which several files bring
    std::string title;                                      // "In texts that answer a request"
    std::vector<std::pair<std::string, std::string>> rows;  // what is written, and what it stands for
  };
  std::string title;
  std::string introduction;
  std::vector<Group> groups;
};

/// The topics by name. Filled before main by TopicEntry objects of higher floors.
std::map<std::string, Topic, std::less<>>& topics();

/// A global of this type makes a topic known.
struct TopicEntry {
  TopicEntry(const std::string& name, Topic topic);
};

/// A global of this type adds a group to a topic, which another file may make known.
struct TopicGroupEntry {
  TopicGroupEntry(std::string topic, Topic::Group group);
};

/// The topic as plain text for a terminal of `width` columns.
std::string plain_text(const Topic& topic, std::size_t width = 80);
/// The topic as a section of a Markdown document.
std::string markdown(const Topic& topic);

}  // namespace sluice::config
