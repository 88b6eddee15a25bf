#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "config/fields/fields.hpp"
#include "http/exchange.hpp"

/// What stands before and after the actions of all endpoints: who may come in, and what becomes of responses.
namespace sluice::site {

/// The order of hooks before an action. After it, they run the other way round.
enum class HookOrder : std::uint8_t { addresses, compression };

/// One of them, as an endpoint or the server has it. Immutable, part of a Site, called by every worker at once.
class Hook {
 public:
  virtual ~Hook() = default;
  /// The head of a request is complete, and its body has not been read. True: the next stage follows. False: the hook
  /// has responded, or it keeps the exchange (wait_for), and responds or calls Exchange::go_on() later.
  virtual bool before(http::Exchange& exchange) const {
    (void)exchange;
    return true;
  }
  /// `response` is about to be sent, whoever made it. A stream may be filtered (Exchange::filter_stream).
  virtual void after(http::Exchange& exchange, http::Response& response) const { (void)exchange, (void)response; }

 private:
  friend class Hooks;
  HookOrder order_{};
};

/// The hooks of an endpoint, in their order.
class Hooks {
 public:
  void add(HookOrder order, std::shared_ptr<Hook> hook);
  /// Calls those from number `exchange.stage` on; false when one of them has taken the exchange.
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

/// A kind of hook: its keys, the sections in which they stand, and how it is made from them. Declared by a global
/// Middleware in the file of the kind:
///
///     const Middleware addresses(HookOrder::addresses, all_sections(), address_fields, make_address_filter);
struct HookKind {
  HookOrder order;
  std::vector<std::string_view> sections;
  config::FieldsFunction fields;
  std::function<std::shared_ptr<void>()> new_options;
  /// Builds the hook of a table, whose keys go before those of [server]. Null: there is nothing to do.
  std::function<std::shared_ptr<Hook>(const void* own, const void* server)> make;
};

/// The keys of all kinds, as one table has them.
class HookOptions {
 public:
  /// `section` has them: "route".
  explicit HookOptions(std::string_view section);
  /// `first`, and these: what read_parts() is to read.
  std::vector<config::Part> parts_with(config::Part first) const;
  /// Those of the kind with this key table; what all have by default where the section does not have the kind.
  template <class Options>
  const Options& of(const config::Fields<Options>& (*fields)()) const {
    static const Options nothing{};
    const auto* found = find(fields());
    return found ? *static_cast<const Options*>(found) : nothing;
  }

 private:
  friend class HookKinds;
  const void* find(const std::vector<config::Field>& fields) const;

  std::vector<std::shared_ptr<void>> options_;  // by kind; null where the section does not have it
};

/// All kinds. Filled before main.
class HookKinds {
 public:
  static void add(HookKind kind);
  /// The hooks of a table; `own` may be null.
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
