#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "files/lookup/root.hpp"
#include "files/uploads/new_file.hpp"
#include "files/waiting.hpp"
#include "http/exchange.hpp"
#include "net/loop/work_queue.hpp"
#include "site/response_fields.hpp"

namespace sluice::files {

/// The folder in which a route saves files, and the headers of its responses. Immutable; used by all workers.
struct UploadPlace {
  FileRoot folder;
  site::ResponseFields fields;
  bool has_location;  // whether a new file has the path of its request as its address
  /// A separate queue for writing, so that readers of the same folder do not wait for uploads.
  net::WorkQueue queue = net::queue_of(folder.path() + " (uploads)");
};

/// Saves the body of one request in a file. The loop's thread collects pieces, and the thread pool writes them.
/// Meanwhile no more of the body is read, so that an upload uses little memory. It lives until its exchange has ended
/// and the pool has finished its work; an incomplete file is removed then. Everything except the work in the pool runs
/// in the loop's thread.
class Upload : public std::enable_shared_from_this<Upload> {
 public:
  /// Opens the file `name`, writes the body of at most `limit` bytes into it, and responds with 201, 204 or, as early
  /// as possible, an error.
  static void begin(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name,
                    std::uint64_t limit);

  Upload(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name, std::uint64_t limit);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

 private:
  class Sink;

  /// Runs `work` in the pool. Then, if the exchange still waits, calls `then`, or responds with the error of `work`.
  void run(void (Upload::*work)(), void (Upload::*then)(http::Exchange&));

  void take(std::string_view bytes);
  void end();
  void write_pieces(http::Exchange& exchange);
  void go_on(http::Exchange& exchange);
  void stream(http::Exchange& exchange);
  void respond(http::Exchange& exchange);
  void fail(http::Exchange& exchange) const;

  // In the pool.
  void open();
  void write();
  void commit();

  std::shared_ptr<const UploadPlace> place_;
  std::string name_;
  std::uint64_t limit_;
  std::uint64_t size_;  // Content-Length; 0: unknown
  net::Loop& loop_;
  Ticket ticket_;
  std::string pieces_;    // received and not yet given to the pool
  bool busy_ = false;     // the pool works for this upload
  bool ended_ = false;    // the body is complete
  bool replaces_ = true;  // whether an existing file may be replaced
  // Used by the pool while busy_.
  std::unique_ptr<NewFile> file_;
  std::string writing_;
  bool is_new_ = false;
  int error_ = 0;
};

}  // namespace sluice::files
