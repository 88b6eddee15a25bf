#include "websocket/unfinished.hpp"

#include <utility>

#include "net/loop/loop.hpp"
#include "websocket/session.hpp"

/// How a session does its work in turns.
namespace sluice::websocket {
namespace {

/// So much is compressed at once even where the turn has no time left: those who send much of it look at the budget.
constexpr std::size_t short_message = 4096;
/// Compressed input waits while more than this waits to be compressed: a few octets of it may become a megabyte.
constexpr std::size_t most_to_compress = 8 << 20;
/// A buffer larger than this is not kept for the next message.
constexpr std::size_t most_kept = 256 * 1024;

/// An empty buffer that keeps its memory from message to message.
void take_buffer(std::string& buffer, std::string& scratch) {
  if (scratch.capacity() > most_kept) std::string().swap(scratch);
  buffer.swap(scratch);
  buffer.clear();
}

thread_local std::string scratch_for_compressed, scratch_for_restored;

}  // namespace

Unfinished::~Unfinished() {
  for (const auto& message : output) forget(message);
}

void Unfinished::go_on() { session_.go_on(); }

void Unfinished::add(Outgoing message) {
  auto& added = output.emplace_back(std::move(message));
  output_octets += added.payload.size();
  if (added.shared) return;
  octets_of_all_ += added.payload.size();
  added.own = added.payload;
  added.payload = added.own;
}

void Unfinished::forget(const Outgoing& message) {
  output_octets -= message.payload.size();
  if (!message.shared) octets_of_all_ -= message.payload.size();
}

void Unfinished::remove_first() {
  forget(output.front());
  output.pop_front();
}

Unfinished& Session::unfinished() {
  if (!unfinished_) unfinished_ = std::make_unique<Unfinished>(*this);
  return *unfinished_;
}

std::size_t Session::backlog() const { return transport_->pending() + (unfinished_ ? unfinished_->output_octets : 0); }

bool Session::output_waits() const { return unfinished_ && !unfinished_->output.empty(); }

/// Nothing may be served now: it would come before what waits already, or others have their turn first.
bool Session::must_wait() const {
  if (held_ || (unfinished_ && (unfinished_->restoring || !unfinished_->output.empty()))) return true;
  return compression_ && (budget().spent() || Unfinished::octets_of_all() > most_to_compress);
}

net::TurnBudget& Session::budget() const { return transport_->loop().budget(); }

/// What is left goes on in a later turn; a message that is half restored first of all, so that there are never many.
void Session::put_off() {
  update_reading();
  bool waits_for_handler = held_ && !unfinished_->restoring && unfinished_->output.empty();
  if (unfinished_->waits() || waits_for_handler) return;
  if (unfinished_->restoring) {
    transport_->loop().go_on_first(*unfinished_);
  } else {
    transport_->loop().go_on_later(*unfinished_);
  }
}

void Session::go_on() {
  if (state_ == State::closed) return unfinished_.reset();
  if (!send_waiting() || !go_on_restoring()) return put_off();
  if (!held_) {
    auto input = std::exchange(unfinished_->input, {});
    serve_in_turn(input);
  }
  if (!unfinished_->empty()) return put_off();
  unfinished_.reset();
  update_reading();
}

/// Serves much input, as long as its share of the turn allows. With compression every message has a share of its own.
void Session::serve_in_turn(std::span<char> bytes) {
  if (compression_) return serve(bytes, nullptr);
  if (budget().spent()) return keep_input(bytes);
  net::WorkShare share(budget());
  serve(bytes, &share);
}

void Session::keep_input(std::span<const char> bytes) {
  unfinished().input.assign(bytes.data(), bytes.size());
  put_off();
}

/// Restores a compressed message, and gives it to the handler when it is whole.
void Session::restore(Opcode kind, std::string_view payload) {
  std::string restored;
  take_buffer(restored, scratch_for_restored);
  net::WorkShare share(budget());
  auto result = compression_->decompress(payload, limits_.message, restored, share);
  if (result == Compression::Inflated::unfinished) {
    auto& left = unfinished();
    left.restoring = true;
    left.kind = kind;
    left.compressed = payload;
    left.restored = std::move(restored);
    return put_off();
  }
  take_restored(result, kind, restored);
  scratch_for_restored.swap(restored);
}

/// False: it is still not whole.
bool Session::go_on_restoring() {
  auto& left = *unfinished_;
  if (!left.restoring) return true;
  std::string_view rest = left.compressed;
  net::WorkShare share(budget());
  auto result = compression_->decompress(rest, limits_.message, left.restored, share);
  left.compressed.erase(0, left.compressed.size() - rest.size());
  if (result == Compression::Inflated::unfinished) return false;
  left.restoring = false;
  auto restored = std::exchange(left.restored, {});
  take_restored(result, left.kind, restored);
  return true;
}

void Session::take_restored(Compression::Inflated result, Opcode kind, std::string_view payload) {
  if (result == Compression::Inflated::too_big) return fail({close_code::message_too_big, "message is too big"});
  if (result == Compression::Inflated::broken) return fail({close_code::invalid_payload, "broken compression"});
  give(kind, payload, false);
}

/// Sends a message that is to be compressed or has to wait for such a one.
void Session::send_in_turn(Outgoing message) {
  bool may_begin = message.payload.size() <= short_message || !budget().spent();
  if (!output_waits() && may_begin) {
    take_buffer(message.compressed, scratch_for_compressed);
    bool done = false;
    {
      net::WorkShare share(budget());
      done = compress(message, share);
    }
    if (done) {
      write(message);
      return scratch_for_compressed.swap(message.compressed);
    }
  }
  unfinished().add(std::move(message));
  put_off();
}

/// Goes on compressing. True when the message can be written.
bool Session::compress(Outgoing& message, const net::WorkShare& share) {
  if (!message.compress) return true;
  if (message.shared && compression_->shareable())
    return message.shared->is_compressed() || message.shared->compress(share);
  auto rest = message.payload.substr(message.done);
  bool done = compression_->compress(rest, message.compressed, share);
  message.done = message.payload.size() - rest.size();
  return done;
}

void Session::write(const Outgoing& message) {
  const auto& shared = message.shared;
  bool alike = shared && (!message.compress || compression_->shareable());
  if (alike) return transport_->write_shared(shared, message.compress ? shared->compressed_frame() : shared->frame());
  bool as_it_is = !message.compress || compression_->in_vain(message.payload.size(), message.compressed);
  write_frame(message.kind, as_it_is ? message.payload : message.compressed, !as_it_is);
}

/// Sends as much of the waiting output as its share of the turn allows. True when none is left.
bool Session::send_waiting() {
  if (!output_waits()) return true;
  net::WorkShare share(budget());
  while (compress(unfinished_->output.front(), share)) {
    write(unfinished_->output.front());
    transport_->want_writable();
    unfinished_->remove_first();
    if (unfinished_->output.empty()) return true;
    if (share.spent()) break;
  }
  return false;
}

}  // namespace sluice::websocket
