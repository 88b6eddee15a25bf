#pragma once

#include <map>
#include <memory>
#include <typeindex>

namespace sluice::site {

/// What sections make of a configuration besides endpoints: one object of each type, which whoever serves it finds by
/// the type. Filled when the configuration is loaded, part of a Site, and read by all threads afterwards.
class Parts {
 public:
  /// The part of this type, made when it is asked for the first time. Not for a Site that is in use.
  template <class Part>
  Part& make() {
    auto& part = parts_[typeid(Part)];
    if (!part) part = std::make_shared<Part>();
    return *static_cast<Part*>(part.get());
  }
  /// The part of this type; an empty one where no section has made it.
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
