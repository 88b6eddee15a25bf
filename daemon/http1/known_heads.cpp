#include "http1/known_heads.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http1/moved.hpp"

namespace sluice::http1 {

namespace {

std::uint64_t mix(std::uint64_t key, const char* from, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, size);
  key = (key ^ word) * 0x9E3779B97F4A7C15;
  return key ^ key >> 32;
}

/// Of `octets`, which may be as many as are read at once.
std::uint64_t mix_all(std::uint64_t key, std::string_view octets) {
  for (; octets.size() >= 8; octets.remove_prefix(8)) key = mix(key, octets.data(), 8);
  return mix(key, octets.data(), octets.size());
}

/// Method, most of the target and the number of octets tell most heads apart; equal keys only cost a place. As a rule
/// nothing has been received behind a head, so that its key is known before its end is.
std::uint64_t key_of(std::string_view received) { return mix_all(received.size(), received.substr(0, 40)); }

}  // namespace

KnownHead* KnownHeads::find(std::string_view received) {
  if (matches(latest_, received)) return latest_;
  auto* head = slot_of(key_of(received)).head;
  if (!matches(head, received)) return nullptr;
  return latest_ = head;
}

void KnownHeads::note(std::string_view head, const char* copy, const http::Request& request, bool keep_alive) {
  if (head.size() > most_octets || request.fields.size() > most_fields) return;
  auto& slot = slot_of(key_of(head));
  auto print = mix_all(head.size(), head);  // heads with a cookie of equal size have equal keys, and come once each
  if (std::exchange(slot.seen, print) != print) return;
  auto* known = new KnownHead;
  known->octets = head;
  known->keep_alive = keep_alive;
  const auto* to = known->octets.data();
  for (const auto& field : request.fields)
    known->fields.push_back({moved(field.name, copy, to), moved(field.value, copy, to)});
  known->request = request;
  known->request.fields = known->fields;
  for (auto* part : {&known->request.target, &known->request.path, &known->request.query, &known->request.host,
                     &known->request.authority}) {
    *part = moved(*part, copy, to);
  }
  known->request.scheme = known->request.body = {};
  known->retain();
  if (slot.head) slot.head->release();  // latest_ among others
  latest_ = slot.head = known;
}

void KnownHeads::clear() {
  for (auto& slot : slots_) {
    if (slot.head) slot.head->release();
    slot = {};
  }
  latest_ = nullptr;
}

}  // namespace sluice::http1
