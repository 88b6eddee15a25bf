#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "files/server.hpp"
#include "site/handler.hpp"

namespace sluice::files {

/// Serves the files below a directory to the exchanges of a [[static]] mount.
class StaticHandler final : public site::Handler {
 public:
  explicit StaticHandler(std::shared_ptr<const StaticSite> site) : server_(std::move(site)) {}

  void handle(http::Exchange& exchange) const override;
  std::string explain(const site::Match& match) const override;

 private:
  const StaticSettings& settings() const { return server_.site().settings(); }

  std::string_view plain_name(std::string_view path) const;

  FileServer server_;
};

}  // namespace sluice::files
