#include "files/site.hpp"

#include <cerrno>
#include <utility>

#include "base/text.hpp"
#include "files/cache.hpp"

namespace sluice::files {

namespace {

using Kind = Resolution::Kind;

/// Nothing is there, or could be: not worth a word.
bool is_ordinary(int error) {
  return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == EINVAL || error == EILSEQ;
}

std::string joined(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

/// Whether the last segment looks like a file that pages load: a missing one must not be answered with a
/// page.
bool is_asset(std::string_view relative) {
  auto name = relative.substr(relative.rfind('/') + 1);
  auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  auto type = http::MimeTypes::builtin().type_of_extension(to_lower(name.substr(dot + 1)));
  return !type.empty() && !type.starts_with("text/html");
}

bool has_extension(std::string_view relative) {
  return relative.substr(relative.rfind('/') + 1).find('.') != std::string_view::npos;
}

/// The coding of a file that pages load under the name of its compressed form, as Unity's do; identity where it is one
/// to be downloaded as it is. `.gz` and `.zst` mostly are, but for what Unity puts into its own directory.
http::Coding coding_of(const StaticSettings& settings, std::string_view relative) {
  auto coding = http::coding_of_name(relative);
  auto name = http::name_without(coding, relative);
  if (coding == http::Coding::identity || !settings.codings.precompressed || !has_extension(name)) return {};
  if (settings.content_type || !settings.types.find(relative).empty()) return {};
  if (coding == http::Coding::brotli) return coding;
  bool of_unity = ('/' + std::string(relative)).find("/Build/") != std::string::npos;
  for (std::string_view end : {".js", ".wasm", ".data", ".json"}) {
    if (of_unity && name.ends_with(end)) return coding;
  }
  return {};
}

/// Goes through what a request may mean, from the exact file to the page of the 404.
class Resolver {
 public:
  Resolver(const StaticSettings& settings, const FileRoot& root, const Wanted& wanted, Waiting waiting)
      : settings_(settings), root_(root), wanted_(wanted), waiting_(waiting) {
    found_.stands_in = wanted.stands_in;
  }

  Resolution run() && {
    if (wanted_.nothing) {
      found_.stands_in = true;
      static_cast<void>(find_error_page());
      return std::move(found_);
    }
    static_cast<void>(wanted_.directory ? find_directory() : find_file());
    if (!decided_) find_stand_in();
    return std::move(found_);
  }

 private:
  /// Whether `relative` is a regular file; then it is the resolution. Where looking must wait or fails for
  /// lack of something, that is.
  bool take(const std::string& relative, http::Status status = 200) {
    auto node = look(relative);
    if (node && node->is_file()) return take_file(relative, std::move(*node), coding_of(settings_, relative), status);
    return take_coded(relative, status);
  }

  /// The same where the file is there compressed only.
  bool take_coded(const std::string& relative, http::Status status = 200) {
    if (!settings_.codings.precompressed || !has_extension(relative)) return decided_;
    if (http::coding_of_name(relative) != http::Coding::identity) return decided_;
    for (auto coding : http::codings_by_size) {
      auto node = look(http::name_in(coding, relative));
      if (node && node->is_file()) return take_file(relative, std::move(*node), coding, status);
    }
    return decided_;
  }

  bool take_file(const std::string& relative, FileNode&& node, http::Coding coding, http::Status status) {
    found_.relative = relative;
    found_.node = std::move(node);
    found_.coding = coding;
    found_.status = status;
    return decide(Kind::file);
  }

  std::optional<FileNode> look(const std::string& relative) {
    if (decided_) return std::nullopt;
    auto node = root_.find(relative, waiting_);
    if (node) return std::move(*node);
    int error = node.error();
    if (error == EAGAIN && waiting_ == Waiting::never) {
      decide(Kind::must_wait);
    } else if (!is_ordinary(error)) {
      if (found_.fault == 0) {
        found_.fault = error;
        found_.fault_name = relative;
      }
      if (is_exhaustion(error)) decide(Kind::exhausted);
    }
    return std::nullopt;
  }

  bool decide(Kind kind) {
    found_.kind = kind;
    return decided_ = true;
  }

  bool find_file() {
    auto node = look(wanted_.relative);
    if (node && node->is_file())
      return take_file(wanted_.relative, std::move(*node), coding_of(settings_, wanted_.relative), 200);
    if (settings_.clean_urls && take(wanted_.relative + ".html")) return true;
    if (settings_.directories && node && node->is_directory()) return decide(Kind::add_slash);
    return take_coded(wanted_.relative);
  }

  bool find_directory() {
    for (const auto& name : settings_.index) {
      if (take(joined(wanted_.relative, name))) return true;
    }
    if (settings_.listing) {
      auto node = look(wanted_.relative);
      if (node && node->is_directory()) {
        found_.relative = wanted_.relative;
        found_.node = std::move(*node);
        return decide(Kind::listing);
      }
    }
    if (!settings_.clean_urls || wanted_.relative.empty()) return decided_;
    auto page = look(wanted_.relative + ".html");
    return page && page->is_file() ? decide(Kind::drop_slash) : decided_;
  }

  void find_stand_in() {
    found_.stands_in = true;
    static_cast<void>(find_attempts() || find_application() || find_error_page());
  }

  bool find_attempts() {
    for (const auto& attempt : settings_.attempts) {
      if (take(attempt.name_for(wanted_.relative))) return true;
    }
    return decided_;
  }

  bool find_application() {
    if (!settings_.spa || !wanted_.navigation || is_asset(wanted_.relative)) return false;
    for (const auto& name : settings_.index) {
      if (take(name)) return true;
    }
    return decided_;
  }

  bool find_error_page() { return !settings_.not_found.empty() && take(settings_.not_found, 404); }

  const StaticSettings& settings_;
  const FileRoot& root_;
  const Wanted& wanted_;
  Waiting waiting_;
  Resolution found_;
  bool decided_ = false;
};

}  // namespace

bool is_exhaustion(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == EAGAIN || error == EBUSY;
}

std::string Attempt::name_for(std::string_view relative) const {
  return has_path ? before + std::string(relative) + after : before;
}

StaticSite::StaticSite(StaticSettings settings)
    : settings_(std::move(settings)),
      root_(std::make_shared<const FileRoot>(settings_.root, settings_.symlinks)),
      id_(FileCache::new_owner()),
      stand_in_id_(FileCache::new_owner()) {}

std::string StaticSite::name_for(const Wanted& wanted) const {
  if (!wanted.directory || settings_.index.empty()) return wanted.relative;
  return joined(wanted.relative, settings_.index.front());
}

Resolution StaticSite::resolve(const Wanted& wanted, Waiting waiting) const {
  return Resolver(settings_, *root_, wanted, waiting).run();
}

std::string_view StaticSite::type_of(std::string_view relative) const {
  if (settings_.content_type) return *settings_.content_type;
  for (const auto* types : {&settings_.types, &http::MimeTypes::system()}) {
    if (auto type = types->find(relative); !type.empty()) return type;
  }
  return settings_.default_type;
}

std::expected<std::shared_ptr<Resource>, int> StaticSite::read(const Resolution& resolution, Waiting waiting) const {
  FileTraits traits;
  traits.name = root_->path() + (root_->path().ends_with('/') ? "" : "/") + resolution.relative;
  auto coding = resolution.coding;
  traits.content_type = type_of(http::name_without(coding, resolution.relative));
  traits.cache_control = settings_.cache.control_for(resolution.relative, traits.content_type);
  // What has come for "/new.png" by now must be seen, however long the file that stood in for it may be kept.
  if (resolution.stands_in && traits.cache_control == immutable_cache_control)
    traits.cache_control = short_cache_control;
  traits.gzipped =
      ends_with_ignoring_case(resolution.relative, ".svgz") && traits.content_type.starts_with("image/svg+xml");
  traits.stands_in = resolution.stands_in;
  traits.for_navigation = resolution.stands_in && settings_.spa;
  traits.headers = &settings_.headers;
  traits.coding = coding;
  const auto& node = *resolution.node;
  auto loaded = coding != http::Coding::identity
                    ? load_coded_resource(*root_, resolution.relative, node, std::move(traits), waiting)
                    : load_resource(*root_, resolution.relative, node, std::move(traits), settings_.codings, waiting);
  if (loaded) {
    (*loaded)->root = root_;
    (*loaded)->relative = resolution.file();
  }
  return loaded;
}

}  // namespace sluice::files
