#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "files/site.hpp"
#include "http/exchange.hpp"

namespace sluice::files {

/// Answers exchanges from a StaticSite: from the cache of the worker where it can; where the file system or a
/// compressor takes its time, in the thread pool, so that a slow disk holds up nobody who does not ask for
/// what lies on it. A small value; part of a handler.
class FileServer {
 public:
  explicit FileServer(std::shared_ptr<const StaticSite> site) : site_(std::move(site)) {}

  const StaticSite& site() const { return *site_; }

  /// Answers with the file `relative` if the cache has it; returns whether it did, or will. See Resolution for
  /// `stands_in`.
  bool serve_cached(http::Exchange& exchange, std::string_view relative, http::Status status = 200,
                    bool stands_in = false) const;
  /// Answers whatever it takes. A resolution's status of 200 becomes `status`.
  void serve(http::Exchange& exchange, Wanted wanted, http::Status status = 200) const;

 private:
  struct Lookup;

  void serve_elsewhere(http::Exchange& exchange, const std::shared_ptr<Lookup>& lookup) const;
  void confirm_elsewhere(http::Exchange& exchange, const std::shared_ptr<Resource>& resource, std::string relative,
                         http::Status status) const;
  void note_obstacle(http::Exchange& exchange, const Lookup& lookup) const;
  void finish(http::Exchange& exchange, Lookup& lookup) const;
  void answer(http::Exchange& exchange, const std::shared_ptr<Resource>& resource, std::string_view relative,
              http::Status status) const;
  void answer_coded(http::Exchange& exchange, const std::shared_ptr<Resource>& resource, std::string_view relative,
                    http::Coding coding, http::Status status) const;
  void take_coded(const std::shared_ptr<Resource>& resource, std::string_view relative, http::Coding coding,
                  const ServedFilePtr& made) const;
  void send_plain(http::Exchange& exchange, const Resource& resource, http::Status status) const;
  void send(http::Exchange& exchange, const ServedFilePtr& file, http::Status status) const;

  std::shared_ptr<const StaticSite> site_;
};

}  // namespace sluice::files
