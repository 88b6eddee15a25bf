#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace sluice::files {

/// A digest of octets that come in pieces: 128 bits of SHA-256, which nobody makes collide. Used once.
class ContentHash {
 public:
  ContentHash();
  ~ContentHash();
  ContentHash(const ContentHash&) = delete;
  ContentHash& operator=(const ContentHash&) = delete;

  void add(std::string_view octets);
  /// 22 characters of base64url.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The hash of octets that are all there.
std::string content_hash(std::string_view octets);

}  // namespace sluice::files
