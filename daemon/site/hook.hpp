#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields/fields.hpp"
#include "http/exchange.hpp"

/// Code that runs before and after the actions of all endpoints: it checks requests and changes responses.
namespace sluice::site {

/// The order of hooks before an action. After the action they run in reverse order.
enum class HookOrder : std::uint8_t { addresses, compression };

/// One hook of an endpoint or of the server. Immutable, part of a Site, called by all workers at the same time.
class Hook {
 public:
  virtual ~Hook() = default;
  /// Called when the head of a request is complete, before the body is read. True: the next stage follows. False: the
  /// hook has responded, or it waits (wait_for) and later responds or calls Exchange::go_on().
  virtual bool before(http::Exchange& exchange) const {
    (void)exchange;
    return true;
  }
  /// Called before any `response` is sent, also for errors. It may add a filter to a stream (Exchange::filter_stream).
  virtual void after(http::Exchange& exchange, http::Response& response) const { (void)exchange, (void)response; }

 private:
  friend class Hooks;
  HookOrder order_{};
};

/// The hooks of an endpoint, in their order.
class Hooks {
 public:
  void add(HookOrder order, std::shared_ptr<Hook> hook);
  /// Calls the hooks from number `exchange.stage` on. False: a hook has responded or waits.
  bool before(http::Exchange& exchange) const {
    while (exchange.stage < all_.size())
      if (!all_[exchange.stage++]->before(exchange)) return false;
    return true;
  }
  void after(http::Exchange& exchange, http::Response& response) const {
    for (auto hook = all_.rbegin(); hook != all_.rend(); ++hook) (*hook)->after(exchange, response);
  }

 private:
  std::vector<std::shared_ptr<const Hook>> all_;
};

/// A kind of hook: its keys, the sections that have them, and the function that makes the hook. Declared by a global
/// Middleware in the file of the kind:
///
///     const Middleware addresses(HookOrder::addresses, all_sections(), address_fields, make_address_filter);
struct HookKind {
  HookOrder order;
  std::vector<std::string_view> sections;
  config::FieldsFunction fields;
  std::function<std::shared_ptr<void>()> new_options;
  /// Makes the hook of a table. A key of the table takes precedence over the same key of [server]. Null: no hook is
  /// needed.
  std::function<std::shared_ptr<Hook>(const void* own, const void* server)> make;
};

/// The values of the keys of all kinds in one table.
class HookOptions {
 public:
  /// `section` is the name of the table's section: "route".
  explicit HookOptions(std::string_view section);
  /// `first` and the parts of all kinds, for read_parts().
  std::vector<config::Part> parts_with(config::Part first) const;
  /// The options of the kind with this key table; defaults if the section does not have the kind.
  template <class Options>
  const Options& of(const config::Fields<Options>& (*fields)()) const {
    static const Options nothing{};
    const auto* found = find(fields());
    return found ? *static_cast<const Options*>(found) : nothing;
  }

 private:
  friend class HookKinds;
  const void* find(const std::vector<config::Field>& fields) const;

  std::vector<std::shared_ptr<void>> options_;  // by kind; null if the section does not have the kind
};

/// All kinds. Filled before main.
class HookKinds {
 public:
  static void add(HookKind kind);
  /// The hooks of a table; `own` is null for a table without these keys.
  static Hooks make(const HookOptions* own, const HookOptions& server);
};

inline std::vector<std::string_view> all_sections() { return {"server", "route", "static", "websocket"}; }

struct Middleware {
  template <class Options>
  Middleware(HookOrder order, std::vector<std::string_view> sections, const config::Fields<Options>& (*fields)(),
             std::shared_ptr<Hook> (*make)(const Options& own, const Options& server)) {
    HookKinds::add({order, std::move(sections), [fields]() -> const std::vector<config::Field>& { return fields(); },
                    [] { return std::make_shared<Options>(); },
                    [make](const void* own, const void* server) {
                      static const Options nothing{};
                      return make(own ? *static_cast<const Options*>(own) : nothing,
                                  *static_cast<const Options*>(server));
                    }});
  }
};

}  // namespace sluice::site
