#include "config/fields/fields.hpp"
#include "site/builder.hpp"
#include "site/handler.hpp"

namespace sluice::site {
namespace {

// Inside functions: the registering globals of other files may come first.
std::map<std::string, HandlerKind, std::less<>>& kinds() {
  static std::map<std::string, HandlerKind, std::less<>> all;
  return all;
}

std::map<std::string, BuildSection, std::less<>>& builders() {
  static std::map<std::string, BuildSection, std::less<>> all;
  return all;
}

}  // namespace

const std::map<std::string, HandlerKind, std::less<>>& handler_kinds() { return kinds(); }

void add_handler_kind(HandlerKind kind) {
  config::Sections::all().join("route", kind.fields);
  auto action = kind.action;
  kinds().emplace(std::move(action), std::move(kind));
}

const std::map<std::string, BuildSection, std::less<>>& section_builders() { return builders(); }

SectionBuilder::SectionBuilder(std::string section, BuildSection build) {
  builders().emplace(std::move(section), build);
}

}  // namespace sluice::site
