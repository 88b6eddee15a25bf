#include "http1/known_heads.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "http1/moved.hpp"

namespace sluice::http1 {

namespace {

/// Method, most of the target and the number of octets tell most heads apart; equal keys only cost a place. As a rule
/// nothing has been received behind a head, so that its key is known before its end is.
std::uint64_t key_of(std::string_view received) {
  std::array<std::uint64_t, 5> words{};
  std::memcpy(words.data(), received.data(), std::min<std::size_t>(received.size(), 40));
  std::uint64_t key = received.size();
  for (auto word : words) {
    key = (key ^ word) * 0x9E3779B97F4A7C15;
    key ^= key >> 32;
  }
  return key;
}

}  // namespace

KnownHead* KnownHeads::find(std::string_view received) {
  if (matches(latest_, received)) return latest_;
  auto* head = slot_of(key_of(received)).head;
  if (!matches(head, received)) return nullptr;
  return latest_ = head;
}

void KnownHeads::note(std::string_view head, const char* copy, const http::Request& request, bool keep_alive) {
  auto key = key_of(head);
  auto& slot = slot_of(key);
  if (std::exchange(slot.seen, key) != key) return;
  if (head.size() > most_octets || request.fields.size() > most_fields) return;
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
