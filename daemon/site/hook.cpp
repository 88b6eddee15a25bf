#include "site/hook.hpp"

#include <algorithm>
#include <utility>

namespace sluice::site {
namespace {

// Inside a function: the registering globals of other files may come first.
std::vector<HookKind>& kinds() {
  static std::vector<HookKind> all;
  return all;
}

}  // namespace

void Hooks::add(HookOrder order, std::shared_ptr<Hook> hook) {
  hook->order_ = order;
  auto place = std::ranges::upper_bound(all_, order, {}, [](const auto& other) { return other->order_; });
  all_.insert(place, std::move(hook));
}

HookOptions::HookOptions(std::string_view section) {
  for (const auto& kind : kinds()) {
    bool has = std::ranges::find(kind.sections, section) != kind.sections.end();
    options_.push_back(has ? kind.new_options() : nullptr);
  }
}

const void* HookOptions::find(const std::vector<config::Field>& fields) const {
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (&kinds()[i].fields() == &fields) return options_[i].get();
  return nullptr;
}

std::vector<config::Part> HookOptions::parts_with(config::Part first) const {
  std::vector<config::Part> parts = {first};
  for (std::size_t i = 0; i < options_.size(); ++i)
    if (options_[i]) parts.push_back({&kinds()[i].fields(), options_[i].get()});
  return parts;
}

void HookKinds::add(HookKind kind) {
  for (auto section : kind.sections) config::Sections::all().join(section, kind.fields);
  kinds().push_back(std::move(kind));
}

Hooks HookKinds::make(const HookOptions* own, const HookOptions& server) {
  Hooks hooks;
  for (std::size_t i = 0; i < kinds().size(); ++i) {
    const auto& kind = kinds()[i];
    auto hook = kind.make(own ? own->options_[i].get() : nullptr, server.options_[i].get());
    if (hook) hooks.add(kind.order, std::move(hook));
  }
  return hooks;
}

}  // namespace sluice::site
