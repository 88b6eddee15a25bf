#include "net/background.hpp"

#include <uv.h>

#include <memory>

namespace sluice::net {

namespace {

struct Job {
  uv_work_t request{};
  std::function<void()> work, done;
};

Job& job_of(uv_work_t* request) {
  return *static_cast<Job*>(request->data);
}

}  // namespace

void run_in_background(Loop& loop, std::function<void()> work, std::function<void()> done) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->done = std::move(done);
  job->request.data = job.get();
  int status = uv_queue_work(
      loop.raw(), &job->request, [](uv_work_t* request) { job_of(request).work(); },
      [](uv_work_t* request, int) {
        std::unique_ptr<Job> ended(&job_of(request));
        ended->done();
      });
  if (status == 0) static_cast<void>(job.release());
}

}  // namespace sluice::net
