#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "net/loop/continuation.hpp"
#include "websocket/frame.hpp"
#include "websocket/shared_message.hpp"

namespace sluice::websocket {

class Session;

/// A message that is compressed before it is sent, or that stands behind such a one.
struct Outgoing {
  Opcode kind = Opcode::text;
  bool compress = false;
  std::string_view payload;
  std::shared_ptr<const SharedMessage> shared = nullptr;  // whose payload it is; null: of this session only
  std::string own = {};                                   // that payload, when it has to wait
  std::string compressed = {};                            // what has come of the first `done` octets
  std::size_t done = 0;
};

/// What a turn of the loop has left of a session: output to compress, a message that is half restored, input to serve.
/// As long as there is any nothing is read from the peer. Owned by the session, and there only as long as it is needed.
class Unfinished final : public net::Continuation {
 public:
  explicit Unfinished(Session& session) : session_(session) {}
  ~Unfinished() override;

  void go_on() override;

  void add(Outgoing message);
  /// The first message has been sent.
  void remove_first();
  bool empty() const { return output.empty() && !restoring && input.empty(); }

  /// Octets that wait here to be compressed for one session only, of all sessions of the thread.
  static std::size_t octets_of_all() { return octets_of_all_; }

  std::deque<Outgoing> output;
  std::size_t output_octets = 0;  // of their payloads
  bool restoring = false;         // the next three are those of a message
  Opcode kind = Opcode::text;
  std::string compressed;  // what is left of it
  std::string restored;    // what it has become so far
  std::string input;       // received behind it

 private:
  void forget(const Outgoing& message);

  Session& session_;
  inline static thread_local std::size_t octets_of_all_ = 0;
};

}  // namespace sluice::websocket
