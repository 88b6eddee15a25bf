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

/// Where a route saves, and how it answers. Immutable; used by all workers.
struct UploadPlace {
  FileRoot folder;
  site::ResponseFields fields;
  bool has_location;  // a new file is at the path of its request
  /// Apart from that of the folder: whoever reads from there does not wait for writers.
  net::WorkQueue queue = net::queue_of(folder.path() + " (uploads)");
};

/// The body of one request on its way into a file. The loop's thread collects pieces of it, the thread pool writes
/// them, and meanwhile the body is held, so that no upload takes much memory. Lives as long as its exchange, or until
/// the pool has done with it; what was not completed is removed then. All but the work in the pool is done in the
/// loop's thread.
class Upload : public std::enable_shared_from_this<Upload> {
 public:
  /// Opens the file `name`, streams the body of up to `limit` bytes into it, and answers: 201 or 204, or an error as
  /// soon as it is known.
  static void begin(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name,
                    std::uint64_t limit);

  Upload(http::Exchange& exchange, std::shared_ptr<const UploadPlace> place, std::string name, std::uint64_t limit);
  ~Upload();
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

 private:
  class Sink;

  /// Runs `work` in the pool; then, if the exchange still waits, `then`, or the answer to the error of `work`.
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
  std::uint64_t size_;  // that the client has announced; 0: none
  net::Loop& loop_;
  Ticket ticket_;
  std::string pieces_;    // have come, and are not written
  bool busy_ = false;     // the pool has it
  bool ended_ = false;    // the body is complete
  bool replaces_ = true;  // a file of this name
  // Of the pool, while busy_.
  std::unique_ptr<NewFile> file_;
  std::string writing_;
  bool is_new_ = false;
  int error_ = 0;
};

}  // namespace sluice::files
