#include "observe/live_report.hpp"

#include "net/open_protocols.hpp"

namespace sluice::observe {

namespace {

/// Deadlines are looked at once a second: half of it comes with the next look.
constexpr std::chrono::milliseconds pause{500};

}  // namespace

LiveReport::LiveReport(std::function<std::string()> make, std::shared_ptr<const site::Lease> lease)
    : make_(std::move(make)), lease_(std::move(lease)) {
  net::note_open(net::OpenProtocol::events);
}

LiveReport::~LiveReport() { net::note_closed(net::OpenProtocol::events); }

void LiveReport::on_open(http::ResponseStream& stream) {
  stream_ = &stream;
  send();
}

void LiveReport::send() {
  if (stream_->pending() == 0) stream_->write("data: " + make_() + "\n\n");
  stream_->set_deadline(pause);
}

}  // namespace sluice::observe
