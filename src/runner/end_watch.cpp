#include "runner/end_watch.h"

#include "base/error.h"

namespace goldsmith::runner {

namespace {

constexpr std::chrono::milliseconds kLookAnew{2000};

}  // namespace

EndWatch::EndWatch(const RunDirectory& directory, std::stop_source& run, std::stop_source& work,
                   std::string id)
    : run_(run),
      work_(work),
      id_(std::move(id)),
      thread_([this, &directory](const std::stop_token& stop) { look(directory, stop); }) {}

EndWatch::~EndWatch() {
    thread_.request_stop();
    watch_.wake();
}

void EndWatch::look(const RunDirectory& directory, const std::stop_token& stop) {
    try {
        watch_.add(directory.file("inbox"));
        while (!stop.stop_requested()) {
            if (directory.should_end()) {
                run_.request_stop();
                work_.request_stop();
                return;
            }
            if (!id_.empty() && directory.is_cancelled(id_)) {
                work_.request_stop();
            }
            watch_.wait(kLookAnew);
        }
    } catch (const base::Error&) {
        run_.request_stop();  // the directory is gone
        work_.request_stop();
    }
}

}  // namespace goldsmith::runner
