#include "echo/tcp_echo.hpp"

#include "net/open_protocols.hpp"

namespace sluice::echo {

TcpEcho::TcpEcho(std::chrono::milliseconds idle) : idle_(idle) { net::note_open(net::OpenProtocol::echo); }

TcpEcho::~TcpEcho() { net::note_closed(net::OpenProtocol::echo); }

void TcpEcho::on_open(net::Transport& transport) {
  transport_ = &transport;
  transport_->set_deadline(idle_);
}

void TcpEcho::on_bytes(std::span<char> bytes) {
  // What is still queued here, the kernel did not take: the client sends and does not read.
  if (!paused_ && transport_->pending() > net::output_high_water) {
    paused_ = true;
    transport_->pause_reading();
  }
  transport_->write_borrowed({bytes.data(), bytes.size()});
  transport_->set_deadline(idle_);
}

void TcpEcho::on_eof() {
  if (paused_) return;  // there is more to read before the end, which will be noticed again
  transport_->close();  // what is queued still goes out
}

void TcpEcho::on_writable() {
  if (!paused_) return;
  paused_ = false;
  transport_->resume_reading();
}

void TcpEcho::on_deadline() { transport_->close(); }

void TcpEcho::drain() { transport_->close(); }

}  // namespace sluice::echo
