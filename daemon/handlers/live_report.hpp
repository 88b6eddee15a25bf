#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/protocol.hpp"
#include "site/tenure.hpp"

namespace sluice::handlers {

/// An event stream (WHATWG HTML §9.2) with a report about once a second: the body of a response that does not end. A
/// client that is behind misses some. Owned by its connection. One thread.
class LiveReport final : public net::Protocol {
 public:
  /// `make` gives one line of text.
  LiveReport(std::function<std::string()> make, std::shared_ptr<const site::Tenure> tenure);
  ~LiveReport() override;

  void on_open(net::Transport& transport) override;
  void on_bytes(std::span<char>) override {}  // a client has nothing more to say
  void on_eof() override { transport_->close(false); }
  void on_writable() override {}
  void on_deadline() override { send(); }
  void drain() override { transport_->close(false); }
  bool lasting() const override { return true; }
  bool obsolete() const override { return tenure_ && tenure_->over(); }

 private:
  void send();

  net::Transport* transport_ = nullptr;
  std::function<std::string()> make_;
  std::shared_ptr<const site::Tenure> tenure_;
};

}  // namespace sluice::handlers
