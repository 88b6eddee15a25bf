#pragma once

#include <chrono>

namespace sluice::net {

/// How much time a turn of the loop gives to work that clients can ask for without limit and that can go on in a later
/// turn: deliveries in rooms, compressing, decompressing. Who does such work says how long it took and stops when
/// nothing is left; sockets, new connections and timers have their turn before it goes on. One thread.
class TurnBudget {
 public:
  using Time = std::chrono::nanoseconds;

  explicit TurnBudget(Time whole = whole_turn) : whole_(whole), left_(whole) {}

  /// A turn begins.
  void renew() { left_ = whole_; }
  void spend(Time time) { left_ -= time; }
  bool spent() const { return left_ <= Time::zero(); }
  Time left() const { return left_; }

  static constexpr Time whole_turn = std::chrono::milliseconds(4);
  /// Of it, what work of earlier turns leaves for what is new, so that a short message does not wait behind long ones.
  static constexpr Time for_new_work = whole_turn / 4;

 private:
  Time whole_, left_;
};

/// One piece of such work. Measures how long it takes, and is spent when that is as long as one of many may go on at a
/// time; the turn's budget pays for it.
class WorkShare {
 public:
  explicit WorkShare(TurnBudget& budget, TurnBudget::Time longest = usual)
      : budget_(budget), longest_(longest), begun_(Clock::now()) {}
  ~WorkShare() { budget_.spend(elapsed()); }
  WorkShare(const WorkShare&) = delete;
  WorkShare& operator=(const WorkShare&) = delete;

  bool spent() const { return elapsed() >= longest_; }

  static constexpr TurnBudget::Time usual = std::chrono::milliseconds(1);

 private:
  using Clock = std::chrono::steady_clock;
  TurnBudget::Time elapsed() const { return Clock::now() - begun_; }

  TurnBudget& budget_;
  TurnBudget::Time longest_;
  Clock::time_point begun_;
};

}  // namespace sluice::net
