#include "templates/scope.hpp"

#include <doctest/doctest.h>

#include "templates/template.hpp"

namespace {

using namespace sluice;
using namespace sluice::templates;

/// Values of a part of the program of which templates/ knows nothing.
struct Shelf : Values {
  std::string label = "books";
  std::vector<std::string> goods = {"atlas", "novel"};
  mutable Arena made;
  Arena& arena() const override { return made; }
};

constexpr Traits fragile = 4;
constexpr Slot label =
    slot<Shelf>([](const Shelf& shelf, const Placeholder&) { return Value::of(shelf.label); }, fragile);
constexpr Slot goods =
    slot<Shelf>([](const Shelf& shelf, const Placeholder& wanted) { return Value::of(shelf.goods[wanted.index]); });
constexpr Slot title = slot<Shelf>(
    [](const Shelf& shelf, const Placeholder& wanted) { return Value::of(shelf.arena().copy("the " + wanted.name)); });

Template compile(const std::string& text, const Scope& scope) {
  config::Diagnostics diagnostics;
  auto compiled = Template::compile({text, {}}, scope, Escape::none, diagnostics);
  CHECK_FALSE(diagnostics.failed());
  return compiled;
}

std::string render(const std::string& text, const Scope& scope) {
  std::string out;
  compile(text, scope).render(Shelf(), out);
  return out;
}

Scope shelf_scope() {
  Scope scope;
  scope.add("label", label);
  scope.add("first", goods, 0);
  scope.add("second", goods, 1);
  scope.add_prefix("title.", title);
  scope.add_common();
  return scope;
}

TEST_CASE("a slot reads the values of its owner, by index or by the name behind a prefix") {
  CHECK(render("{label}: {first}, {second}, {title.of-it}", shelf_scope()) == "books: atlas, novel, the of-it");
}

TEST_CASE("a name that is added later hides an earlier one and one behind a prefix") {
  auto scope = shelf_scope();
  scope.add("label", goods, 1);
  scope.add("title.x", goods, 0);
  scope.add("now", label);
  CHECK(render("{label} {title.x} {title.y} {now}", scope) == "novel atlas the y books");
}

TEST_CASE("a prefix alone is no name, and suggestions know that it is one") {
  auto scope = shelf_scope();
  Placeholder found;
  CHECK(scope.accepts("title.a.b", found));
  CHECK(found == Placeholder{title, 0, "a.b"});
  CHECK_FALSE(scope.accepts("title.", found));
  CHECK_FALSE(scope.accepts("title", found));
  CHECK(scope.find("title.a") == nullptr);
  CHECK(scope.names() == std::vector<std::string_view>{"label", "first", "second", "now", "uuid", "title.", "env."});
}

TEST_CASE("common names have a value wherever they are rendered") {
  CHECK(render("{now}", shelf_scope()).size() == std::string_view("2026-01-31T08:05:09Z").size());
  auto two = render("{uuid}{uuid}", shelf_scope());
  REQUIRE(two.size() == 72);
  CHECK(two.substr(0, 36) != two.substr(36));
}

TEST_CASE("a scope tells the traits of what was used, not of what was offered") {
  auto scope = shelf_scope();
  compile("{first}", scope);
  CHECK(scope.used() == 0);
  compile("{label} {now}", scope);
  CHECK(scope.used() == (fragile | momentary));
}

TEST_CASE("a scope may put another placeholder in the place of one that is used") {
  auto scope = shelf_scope();
  std::vector<std::string> seen;
  scope.on_use([&](Placeholder& placeholder) {
    seen.push_back(placeholder.name);
    if (placeholder.slot == title) placeholder = {goods, 1, {}};
  });
  CHECK(render("{label} {title.x}", scope) == "books novel");
  CHECK(seen == std::vector<std::string>{"", "x"});
}

}  // namespace
