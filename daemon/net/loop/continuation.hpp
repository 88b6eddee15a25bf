#pragma once

namespace sluice::net {

/// Work that goes on in the next turn of a loop: see Loop::go_on_later(). Owned by whoever has the work; when it is
/// destroyed the loop forgets it. One thread.
class Continuation {
 public:
  Continuation() = default;
  virtual ~Continuation() { unlink(); }
  Continuation(const Continuation&) = delete;
  Continuation& operator=(const Continuation&) = delete;

  /// Called once each time that it was asked for. May ask again, and may destroy itself.
  virtual void go_on() = 0;

  bool waits() const { return next_ != nullptr; }

 private:
  friend class Continuations;

  void unlink() {
    if (!next_) return;
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }

  Continuation* previous_ = nullptr;
  Continuation* next_ = nullptr;
};

/// Those that wait, in the order in which they came. Owned by the loop.
class Continuations {
 public:
  Continuations() { root_.previous_ = root_.next_ = &root_; }
  ~Continuations() {
    while (take()) {
    }
  }

  bool empty() const { return root_.next_ == &root_; }
  void push_back(Continuation& one) { insert(one, root_); }
  void push_front(Continuation& one) { insert(one, *root_.next_); }
  /// The first one, which waits no more; null when there is none.
  Continuation* take() {
    auto* first = root_.next_;
    if (first == &root_) return nullptr;
    first->unlink();
    return first;
  }
  /// Takes all of `others`, before those that are here.
  void put_before(Continuations& others) {
    while (!others.empty()) {
      auto* last = others.root_.previous_;
      last->unlink();
      push_front(*last);
    }
  }

 private:
  struct Root final : Continuation {
    void go_on() override {}
  };

  static void insert(Continuation& one, Continuation& before) {
    one.unlink();
    one.next_ = &before;
    one.previous_ = before.previous_;
    before.previous_->next_ = &one;
    before.previous_ = &one;
  }

  Root root_;
};

}  // namespace sluice::net
