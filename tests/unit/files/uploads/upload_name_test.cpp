#include "files/uploads/upload_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sluice;
using files::fault_of_name;

TEST_CASE("names of uploads that stay below their folder are taken") {
  const std::string longest(255, 'x');
  for (std::string_view name : {"a", "a.txt", "a..b", "a.", "~", "-", "a b", "\\", "a\\..\\b", "%2e%2e", "C:", "a/b/c",
                                "\xC3\xA4\xE2\x82\xAC.txt", "\xC2\xA0", "...x"}) {
    CAPTURE(name);
    CHECK(fault_of_name(name).empty() == !name.starts_with('.'));
  }
  CHECK(fault_of_name(longest).empty());
  CHECK(fault_of_name(longest + "/" + longest).empty());
}

TEST_CASE("names of uploads that lead elsewhere, are hidden, or cannot be names are refused") {
  using namespace std::string_view_literals;
  struct Case {
    std::string_view name, fault;
  };
  constexpr auto empty = "a part of the file name is empty"sv, dots = "`.` and `..` are not file names"sv,
                 hidden = "file names that begin with a dot are not accepted"sv,
                 control = "the file name contains a control character"sv;
  for (auto [name, fault] : {
           Case{"", empty},
           Case{"/", empty},
           Case{"/etc/passwd", empty},
           Case{"//a", empty},
           Case{"a//b", empty},
           Case{"a/", empty},
           Case{".", dots},
           Case{"..", dots},
           Case{"../a", dots},
           Case{"a/..", dots},
           Case{"a/../../b", dots},
           Case{"a/./b", dots},
           Case{".hidden", hidden},
           Case{"...", hidden},
           Case{"a/.git/config", hidden},
           Case{".well-known/x", hidden},
           Case{"a\0b"sv, control},
           Case{"a\nb", control},
           Case{"a\tb", control},
           Case{"\x7f", control},
           Case{"a\x1b[31m", control},
           Case{"\xC2\x80", control},
           Case{"\xC2\x9F", control},
       }) {
    CAPTURE(name);
    CHECK(fault_of_name(name) == fault);
  }
  CHECK(fault_of_name(std::string(256, 'x')) == "a part of the file name is longer than 255 bytes");
  std::string deep = "a";
  for (int i = 1; i < 32; ++i) deep += "/a";
  CHECK(fault_of_name(deep).empty());
  CHECK(fault_of_name(deep + "/a") == "the file name has more than 32 parts");
}
