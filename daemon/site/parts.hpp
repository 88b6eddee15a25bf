#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace sluice::site {

/// Parts of a site other than endpoints: one object of each type, found by its type. Sections fill it while the
/// configuration is loaded. It belongs to a Site; afterwards all threads read it.
class Parts {
 public:
  /// The part of this type; the first call creates it. Not for a Site that is in use.
  template <class Part>
  Part& make() {
    auto& part = parts_[typeid(Part)];
    if (!part) part = std::make_shared<Part>();
    return *static_cast<Part*>(part.get());
  }
  /// The part of this type; an empty one if no section has made it.
  template <class Part>
  const Part& get() const {
    static const Part nothing{};
    auto found = parts_.find(typeid(Part));
    return found == parts_.end() ? nothing : *static_cast<const Part*>(found->second.get());
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> parts_;
};

}  // namespace sluice::site
