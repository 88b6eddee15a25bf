#include "cli/sandbox.hpp"

#include <doctest/doctest.h>
#include "support/temporary_directory.hpp"

using namespace sluice;
using cli::Sandbox;

namespace {

constexpr const char* unit =
    "[Unit]\nDescription=x\n[Service]\n# ProtectHome=no\nProtectHome = yes\nPrivateTmp=yes\nProtectSystem=strict\n"
    "LogsDirectory=sluice\nRuntimeDirectory=sluice\nReadWritePaths=-/srv/upload\n[Install]\nProtectHome=no\n";

Sandbox sandbox_of(const test::TemporaryDirectory& folder, const std::string& name) {
  return *Sandbox::of_unit(name, {folder.path("etc"), folder.path("lib")});
}

}  // namespace

TEST_CASE("homes and temporary folders are hidden from a service, and the rest of the machine is not") {
  test::TemporaryDirectory folder;
  folder.write("lib/sluice.service", unit);
  auto sandbox = sandbox_of(folder, "sluice.service");
  CHECK(sandbox.hides("/home/ada/site") == "`ProtectHome=yes` of sluice.service hides it from the service");
  CHECK(!sandbox.hides("/root").empty());
  CHECK(!sandbox.hides("/run/user/1000/x").empty());
  CHECK(sandbox.hides("/tmp/site") == "`PrivateTmp=yes` of sluice.service gives the service another one");
  CHECK(!sandbox.hides("/var/tmp/site").empty());
  for (const auto* path : {"/", "/srv/www", "/homes/x", "/var/www", "/etc/sluice/x.toml"})
    CHECK(sandbox.hides(path).empty());
  CHECK(sandbox.remedy("/home/ada", false).find("drop-ins/home.conf to /etc/systemd/system/sluice.service.d/;") !=
        std::string::npos);
  CHECK(sandbox.remedy("/tmp/site", false).find("home.conf") == std::string::npos);
}

TEST_CASE("a service writes to its own folders and to those that its unit names") {
  test::TemporaryDirectory folder;
  folder.write("lib/sluice.service", unit);
  auto sandbox = sandbox_of(folder, "sluice.service");
  for (const auto* path : {"/var/log/sluice/access.log", "/run/sluice/pid", "/srv/upload/x"})
    CHECK(sandbox.protects(path).empty());
  CHECK(sandbox.protects("/srv/log/x") ==
        "`ProtectSystem=strict` of sluice.service makes it read-only for the service");
  CHECK(!sandbox.protects("/var/log/sluices").empty());
  CHECK(!sandbox.protects("/home/ada/x").empty());
  auto remedy = sandbox.remedy("/srv/log/x", true);
  CHECK(remedy.find("below /var/log/sluice;") != std::string::npos);
  CHECK(remedy.find("`ReadWritePaths=/srv/log`") != std::string::npos);
}

TEST_CASE("drop-ins are read in the order of their names, and those of the administrator replace others") {
  test::TemporaryDirectory folder;
  folder.write("lib/sluice.service", unit);
  folder.write("lib/sluice.service.d/10-home.conf", "[Service]\nProtectHome=yes\n");
  folder.write("etc/sluice.service.d/10-home.conf", "[Service]\nProtectHome=read-only\n");
  folder.write("etc/sluice.service.d/20-log.conf", "[Service]\nReadWritePaths=/srv/log /srv/more\n");
  folder.write("etc/sluice.service.d/30-none.txt", "[Service]\nPrivateTmp=no\n");
  auto sandbox = sandbox_of(folder, "sluice.service");
  CHECK(sandbox.hides("/home/ada").empty());
  CHECK(sandbox.protects("/home/ada/x").find("ProtectSystem") != std::string::npos);
  CHECK(sandbox.protects("/srv/more/x").empty());
  CHECK(sandbox.protects("/srv/upload/x").empty());
  CHECK(!sandbox.hides("/tmp/x").empty());
  folder.write("etc/sluice.service.d/40-again.conf",
               "[Service]\nReadWritePaths=\nBindReadOnlyPaths=/data:/tmp/site:norbind\n");
  auto changed = sandbox_of(folder, "sluice.service");
  CHECK(!changed.protects("/srv/upload/x").empty());
  CHECK(changed.hides("/tmp/site/a").empty());
  CHECK(!changed.hides("/tmp/x").empty());
}

TEST_CASE("an instance has the unit of all instances and folders of its own") {
  test::TemporaryDirectory folder;
  folder.write("lib/sluice@.service", "[Service]\nProtectSystem=strict\nLogsDirectory=sluice/%i\n");
  folder.write("etc/sluice@.service.d/a.conf", "[Service]\nProtectHome=tmpfs\n");
  folder.write("etc/sluice@shop.service.d/b.conf", "[Service]\nReadWritePaths=/srv/shop\n");
  auto shop = sandbox_of(folder, "sluice@shop.service");
  CHECK(!shop.hides("/home/ada").empty());
  CHECK(shop.protects("/srv/shop/x").empty());
  CHECK(shop.protects("/var/log/sluice/shop/x").empty());
  CHECK(!shop.protects("/var/log/sluice/x").empty());
  CHECK(!sandbox_of(folder, "sluice@blog.service").protects("/srv/shop/x").empty());
}

TEST_CASE("a folder to be written in may be opened itself, and a file by its folder") {
  test::TemporaryDirectory folder;
  folder.write("lib/sluice.service", "[Service]\nProtectSystem=strict\nStateDirectory=sluice\nLogsDirectory=sluice\n");
  auto sandbox = sandbox_of(folder, "sluice.service");
  CHECK(sandbox.remedy("/", true).find("below /var/lib/sluice; or put `ReadWritePaths=/` ") != std::string::npos);
  CHECK(sandbox.remedy("/srv/log/x", true).find("below /var/log/sluice; or put `ReadWritePaths=/srv/log` ") !=
        std::string::npos);
}

TEST_CASE("where no unit is installed there is no sandbox") {
  test::TemporaryDirectory folder;
  CHECK(!Sandbox::of_unit("sluice.service", {folder.path("etc")}));
}
