#pragma once

#include <memory>
#include <string>

#include "http/exchange.hpp"
#include "site/routing/match.hpp"
#include "site/site.hpp"

namespace sluice::site {

/// Is told of every exchange that ended: access log, metrics. One per worker.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_end(http::Exchange& exchange, const http::Outcome& outcome) = 0;
};

/// Serves exchanges from a Site: routes them, refuses what has no route, checks parameters, waits out delays and calls
/// the handler. One per worker for the listeners of the server, and one for each listener of another kind; one thread.
class Dispatcher final : public http::Application {
 public:
  /// `observer` may be null. `listener` is a name as Site::router_of() takes it.
  Dispatcher(std::shared_ptr<const Site> site, Observer* observer, std::string listener = {});
  ~Dispatcher() override;

  /// From the next request on. Exchanges in flight finish on the site on which they began.
  void set_site(std::shared_ptr<const Site> site);
  const Site& site() const { return hold_->site(); }
  const std::shared_ptr<const Site>& shared_site() const { return hold_->shared(); }
  /// Null: nobody is told, and no time is taken.
  void set_observer(Observer* observer) { observer_ = observer; }

  void on_request(http::Exchange& exchange) override;
  void on_go_on(http::Exchange& exchange) override;
  void on_response(http::Exchange& exchange, http::Response& response) override;
  void on_protocol_error(http::Exchange& exchange, http::Status status, std::string_view reason) override;
  void on_end(http::Exchange& exchange, const http::Outcome& outcome) override;
  bool heeds_ends() const override { return observer_ != nullptr; }

 private:
  /// False: proxies contradict each other about the client.
  bool begin(http::Exchange& exchange);
  void serve(http::Exchange& exchange, const Router& router);
  static void refuse_guest(http::Exchange& exchange);
  void take_input(http::Exchange& exchange) const;
  void act(http::Exchange& exchange) const;
  static void refuse_method(http::Exchange& exchange, http::MethodSet allowed);
  static void answer_options(http::Exchange& exchange, std::string_view allow);

  SiteHold* hold_;
  std::string listener_;
  const Router* router_;  // of the held site, for this listener
  Observer* observer_;
  std::uint64_t next_id_;
};

}  // namespace sluice::site
