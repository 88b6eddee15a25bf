#pragma once

#include <functional>
#include <memory>
#include <string>

#include "http/stream.hpp"
#include "site/lease.hpp"

namespace sluice::observe {

/// An event stream (WHATWG HTML §9.2) with a report about once a second: the content of a response that does not end. A
/// client that is behind misses some. Owned by its exchange. One thread.
class LiveReport final : public http::StreamSource {
 public:
  /// `make` gives one line of text.
  LiveReport(std::function<std::string()> make, std::shared_ptr<const site::Lease> lease);
  ~LiveReport() override;

  void on_open(http::ResponseStream& stream) override;
  void on_client_ended() override { stream_->finish(); }
  void on_deadline() override { send(); }
  void drain() override { stream_->finish(); }
  bool lasting() const override { return true; }
  bool obsolete() const override { return lease_ && lease_->over(); }

 private:
  void send();

  http::ResponseStream* stream_ = nullptr;
  std::function<std::string()> make_;
  std::shared_ptr<const site::Lease> lease_;
};

}  // namespace sluice::observe
