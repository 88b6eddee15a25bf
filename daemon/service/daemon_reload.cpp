/// How the daemon takes a new configuration.

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "config/findings/diagnostics.hpp"
#include "files/cache.hpp"
#include "logging/log.hpp"
#include "service/daemon.hpp"
#include "service/logs/access_target.hpp"
#include "service/logs/log_settings.hpp"
#include "site/lease.hpp"
#include "site/statistics.hpp"

namespace sluice::service {

namespace {

/// JSON output has no colours.
bool wants_colour(const site::LogOptions& options) {
  return ::isatty(STDERR_FILENO) != 0 && options.format != site::LogFormat::json;
}

/// The first error as `file:line: message`, for a status line.
std::string first_error(const config::Diagnostics& diagnostics) {
  for (const auto& found : diagnostics.all()) {
    if (found.severity != config::Severity::error) continue;
    if (found.span.file >= diagnostics.sources.size()) return found.message;
    return diagnostics.sources[found.span.file].path + ":" + std::to_string(found.span.line) + ": " + found.message;
  }
  return "unknown reason";
}

/// The files to watch after `sources` were read. If reading failed, the user may next fix a file that the running
/// configuration does not use, so all files that were read are watched. If the main file is missing, nothing was read,
/// and `before` stays.
ConfigWatch::Watched read_files(const config::Sources& sources, ConfigWatch::Watched before) {
  if (sources.empty()) return before;
  ConfigWatch::Watched now;
  for (const auto& source : sources) {
    now.files.push_back(std::filesystem::absolute(source.path).lexically_normal().string());
    now.patterns.insert(now.patterns.end(), source.includes.begin(), source.includes.end());
  }
  return now;
}

/// Why the new configuration is probably not complete; empty if it seems to be. An editor may empty a file before it
/// writes it, or the disk may be full.
std::string why_not_complete(const site::Site& now, const site::Site& next) {
  if (!next.serves() && now.serves()) return "the new configuration has nothing to serve";
  auto has = [](const std::vector<std::string>& files, const std::string& file) {
    return std::ranges::find(files, file) != files.end();
  };
  auto emptied =
      std::ranges::find_if(next.blank, [&](const auto& file) { return has(now.files, file) && !has(now.blank, file); });
  return emptied == next.blank.end() ? "" : "the file " + *emptied + " is empty now";
}

}  // namespace

void Daemon::reload() {
  if (draining_) return;
  if (std::exchange(loading_, true)) {
    load_again_ = true;
    return;
  }
  notifier_.reloading();
  struct Loaded {
    config::Diagnostics diagnostics;
    std::shared_ptr<const site::Site> site;
  };
  auto loaded = std::make_shared<Loaded>();
  auto old_mounts = files::FileCache::last_owner();
  jobs_.run([this, loaded] { loaded->site = load_(loaded->diagnostics); },
            [this, loaded, old_mounts] { on_loaded(std::move(loaded->site), loaded->diagnostics, old_mounts); });
}

void Daemon::on_loaded(std::shared_ptr<const site::Site> next, config::Diagnostics& diagnostics,
                       std::uint64_t old_mounts) {
  if (draining_) return;
  watched_ = read_files(diagnostics.sources, std::move(watched_));
  if (config_watch_) config_watch_->note_new();
  if (!diagnostics.all().empty()) {
    diagnostics.sort();
    logging::block(next ? logging::Level::warning : logging::Level::error,
                   "reload:\n" + config::render(diagnostics, config::Format::human, wants_colour(site_->log)));
  }
  if (!next) return reload_failed(first_error(diagnostics));
  if (auto why = why_not_complete(*site_, *next); !why.empty()) {
    logging::error("reload: " + why + ". Restart the server if this is intended");
    return reload_failed(why);
  }
  take(std::move(next), old_mounts);
}

void Daemon::end_reload() {
  loading_ = false;
  if (std::exchange(load_again_, false)) reload();
}

void Daemon::free_retired() {
  // A count of one is that of retired_ itself, and nobody can raise it again.
  auto unused = std::ranges::partition(retired_, [](const auto& site) { return site.use_count() > 1; });
  if (unused.empty()) return;
  std::vector<std::shared_ptr<const site::Site>> last(std::make_move_iterator(unused.begin()),
                                                      std::make_move_iterator(unused.end()));
  retired_.erase(unused.begin(), unused.end());
  jobs_.run([last = std::move(last)]() mutable { last.clear(); }, [] {});
}

void Daemon::reload_failed(const std::string& why) {
  site::ProcessState::get().note_reload(false, "failed: " + why);
  logging::error("reload failed: the running configuration is kept");
  notifier_.ready("Reload failed: " + why + ". " + serving() + " as before");
  end_reload();
}

void Daemon::take(std::shared_ptr<const site::Site> next, std::uint64_t old_mounts) {
  auto opened = open_missing(*next, workers_.size());
  if (!opened) {
    logging::error(opened.error().message);
    return reload_failed(opened.error().message);
  }
  const auto& access = next->log.access.to;
  // "off" waits until no worker has lines for the old place (reloaded()).
  if (int error = next->log.access.wanted() ? access_.set(access) : 0) {
    auto trouble = access_log_trouble(access, error);
    logging::error(trouble);
    if (access != site_->log.access.to) return reload_failed(trouble);
  }
  site::end_leases(*site_, *next);
  retired_.push_back(std::exchange(site_, std::move(next)));
  set_log(site_->log);
  auto removed = adopt(*site_, *opened);
  for (std::size_t i = 0; i < workers_.size(); ++i)
    workers_[i]->reload(site_, take_sockets(*opened, i), removed, old_mounts);
  apply_limits();
  // Reported when every worker uses it: after the message, no request may get the old configuration.
  auto missing = std::make_shared<std::size_t>(workers_.size());
  for (auto& worker : workers_)
    worker->ping([this, missing] {
      loop_.post([this, missing] {
        if (--*missing == 0) reloaded();
      });
    });
}

void Daemon::reloaded() {
  if (draining_) return;
  if (!site_->log.access.wanted()) access_.set("off");
  site::ProcessState::get().note_reload(true, "good");
  logging::info("reloaded: " + std::to_string(site_->endpoints.size()) +
                " routes, directories and WebSocket endpoints");
  auto waits = waits_for_restart();
  if (!waits.empty()) logging::warning("reload: " + waits);
  notifier_.ready(serving() + (waits.empty() ? "" : ". " + waits));
  end_reload();
}

}  // namespace sluice::service
