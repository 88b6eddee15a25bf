#include "files/content/content_hash.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

#include "base/base64.hpp"

namespace sluice::files {

namespace {

constexpr std::size_t used_octets = 16;

/// Fetching an algorithm costs more than hashing a small file, so it is done once.
const EVP_MD* sha256() {
  static EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm;
}

}  // namespace

struct ContentHash::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

ContentHash::ContentHash() : state_(std::make_unique<State>()) {
  if (state_->context == nullptr || EVP_DigestInit_ex2(state_->context, sha256(), nullptr) != 1) throw std::bad_alloc();
}

ContentHash::~ContentHash() = default;

void ContentHash::add(std::string_view octets) { EVP_DigestUpdate(state_->context, octets.data(), octets.size()); }

std::string ContentHash::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_DigestFinal_ex(state_->context, digest.data(), nullptr);
  return base64_url({reinterpret_cast<const char*>(digest.data()), used_octets});
}

std::string content_hash(std::string_view octets) {
  ContentHash hash;
  hash.add(octets);
  return hash.finish();
}

}  // namespace sluice::files
