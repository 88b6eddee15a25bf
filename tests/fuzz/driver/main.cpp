/// Runs a fuzz target without libFuzzer, so that the tests can do it with every compiler: each file of the corpus, then
/// mutations of those files until the time is over. It has no feedback from coverage; scripts/fuzz searches deeper.
///
///   fuzz_NAME CORPUS SECONDS [SEED]

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Sanitizers end the process by SIGABRT, so that the handler below can tell the input.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" const char* __asan_default_options() { return "abort_on_error=1:handle_abort=0"; }

namespace {

constexpr std::size_t longest_input = 2048;

std::string current;

/// Writes the input that failed, as a C string, from inside a signal handler: write(2) is all that is called.
void tell_input(int number) {
  static const char digits[] = "0123456789abcdef";
  static const char before[] = "\nthe input, in hexadecimal: ";
  [[maybe_unused]] auto ignored = write(STDERR_FILENO, before, sizeof before - 1);
  for (unsigned char octet : current) {
    const char pair[2] = {digits[octet >> 4], digits[octet & 15]};
    ignored = write(STDERR_FILENO, pair, 2);
  }
  ignored = write(STDERR_FILENO, "\n", 1);
  std::signal(number, SIG_DFL);
  std::raise(number);
}

std::vector<std::string> read_corpus(const char* folder) {
  std::vector<std::string> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

/// Changes one place of `text`: an octet, a piece taken out, doubled, or brought in from `other`.
void mutate(std::string& text, const std::string& other, sluice::fuzz::Random& random) {
  auto at = random.below(text.size() + 1);
  auto length = random.below(16) + 1;
  switch (random.below(6)) {
    case 0:
      if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random.below(8)));
      break;
    case 1:
      if (at < text.size()) text[at] = static_cast<char>(random.below(256));
      break;
    case 2: text.insert(at, 1, static_cast<char>(random.below(256))); break;
    case 3: text.erase(at, length); break;
    case 4: text.insert(at, text.substr(at, length)); break;
    default: text.insert(at, other.substr(random.below(other.size() + 1), length * 4));
  }
}

void run(const std::string& input) {
  current = input;
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(current.data()), current.size());
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return std::fputs("usage: fuzz_NAME CORPUS SECONDS [SEED]\n", stderr), 64;
  auto corpus = read_corpus(arguments[1]);
  if (corpus.empty()) return std::fputs("the corpus is empty\n", stderr), 66;
  std::signal(SIGABRT, tell_input);
  std::signal(SIGSEGV, tell_input);
  const char* seed = count > 3 ? arguments[3] : "1";
  sluice::fuzz::Random random(seed);
  for (const auto& input : corpus) run(input);

  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(arguments[2]));
  std::size_t runs = corpus.size();
  for (; std::chrono::steady_clock::now() < end; ++runs) {
    auto input = corpus[random.below(corpus.size())];
    for (auto changes = random.below(8) + 1; changes > 0; --changes)
      mutate(input, corpus[random.below(corpus.size())], random);
    input.resize(std::min(input.size(), longest_input));
    run(input);
  }
  std::printf("%zu executions, no fault\n", runs);
}
