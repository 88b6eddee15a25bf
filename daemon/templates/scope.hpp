#pragma once

#include <cassert>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/arena.hpp"
#include "templates/value.hpp"

/// The names that templates may use, and the source of their values. This file knows nothing of requests, messages or
/// errors: the builder of a scope adds its slots.
namespace sluice::templates {

struct Placeholder;

/// Gives the values while a request or message is served. Each scope has one class of them, which its slots read.
class Values {
 public:
  virtual ~Values() = default;
  /// What `placeholder` stands for. Overridden by those that show the values of a scope in another form.
  virtual Value get(const Placeholder& placeholder) const;
  /// Where text is put that a slot makes. It lives as long as what the values are of.
  virtual Arena& arena() const = 0;
};

/// Properties of a placeholder, as bits. Each owner of a scope defines its own, except for the first.
using Traits = std::uint8_t;
inline constexpr Traits momentary = 1;  // the value may change each time: {now}

/// A source of values. Made by the owner of a scope, with slot().
struct Slot {
  Value (*get)(const Values& values, const Placeholder& placeholder) = nullptr;
  Traits traits = 0;
  bool operator==(const Slot&) const = default;
};

/// A placeholder after compilation.
struct Placeholder {
  Slot slot;
  std::uint32_t index = 0;  // which of its values, where the slot has several
  std::string name;         // what followed the prefix

  bool has(Traits traits) const { return (slot.traits & traits) != 0; }
  bool operator==(const Placeholder&) const = default;
};

inline Value Values::get(const Placeholder& placeholder) const { return placeholder.slot.get(*this, placeholder); }

/// The slot whose value is `read(values, placeholder)`, with `values` of the class `Of`. Templates of a scope are only
/// rendered with the values that its slots read; this is the one place that relies on it.
template <class Of, class Read>
constexpr Slot slot(Read, Traits traits = 0) {
  static_assert(std::is_empty_v<Read>, "a slot has no state: it reads the values");
  return {[](const Values& values, const Placeholder& placeholder) -> Value {
            assert(dynamic_cast<const Of*>(&values));
            return Read()(static_cast<const Of&>(values), placeholder);
          },
          traits};
}

/// Which names may be used where a template stands. Built by whoever owns the template.
class Scope {
 public:
  /// A name that was added later hides an earlier one, so path parameters go last.
  void add(std::string name, Placeholder placeholder);
  void add(std::string name, Slot slot, std::uint32_t index = 0) { add(std::move(name), Placeholder{slot, index, {}}); }
  /// Names with a free part: add_prefix("header.", …) allows {header.anything}.
  void add_prefix(std::string prefix, Slot slot);
  /// Adds the names that mean the same everywhere: {now}, {uuid} and {env.X}.
  void add_common();
  /// `change` gets every placeholder that a template takes from this scope, and may put another in its place.
  void on_use(std::function<void(Placeholder&)> change) { change_ = std::move(change); }

  const Placeholder* find(std::string_view name) const;  // null: unknown; whole names only
  std::vector<std::string_view> names() const;           // for suggestions; prefixes end with a dot
  /// Whether `name` may be used, also by a prefix; `found` then says what it stands for.
  bool accepts(std::string_view name, Placeholder& found) const;

  /// The traits of all placeholders of the templates that were compiled with it.
  Traits used() const { return used_; }
  /// Called for each of them by the compiler.
  void use(Placeholder& placeholder) const;

 private:
  std::vector<std::pair<std::string, Placeholder>> names_;
  std::vector<std::pair<std::string, Slot>> prefixes_;
  std::function<void(Placeholder&)> change_;
  mutable Traits used_ = 0;
};

/// Whether `slot` is that of {env.X}: of the process when the config is loaded. It is in no compiled template.
constexpr bool is_environment(const Slot& slot) { return slot.get == nullptr; }

}  // namespace sluice::templates
