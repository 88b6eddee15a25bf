#include "handlers/live_report.hpp"

#include "net/open_protocols.hpp"

namespace sluice::handlers {

namespace {

/// Deadlines are looked at once a second: half of it comes with the next look.
constexpr std::chrono::milliseconds pause{500};

}  // namespace

LiveReport::LiveReport(std::function<std::string()> make, std::shared_ptr<const site::Tenure> tenure)
    : make_(std::move(make)), tenure_(std::move(tenure)) {
  net::note_open(net::OpenProtocol::events);
}

LiveReport::~LiveReport() { net::note_closed(net::OpenProtocol::events); }

void LiveReport::on_open(net::Transport& transport) {
  transport_ = &transport;
  send();
}

void LiveReport::send() {
  if (transport_->pending() == 0) transport_->write("data: " + make_() + "\n\n");
  transport_->set_deadline(pause);
}

}  // namespace sluice::handlers
