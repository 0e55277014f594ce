#include "disk_images/jobs.h"

#include <fcntl.h>
#include <signal.h>

#include "base/hash.h"
#include "disk_images/scratch.h"

namespace goldsmith::disk_images {

ImageJobs::ImageJobs(base::Path folder,
                     std::function<base::Command(std::vector<std::string>)> command)
    : folder_(std::move(folder)), command_(std::move(command)) {}

ImageJobs::~ImageJobs() {
    for (auto& [token, child] : *children_.lock()) {
        child.detach();
    }
}

base::Path ImageJobs::log_of(const std::string& token) const {
    return folder_ / (base::sha256_hex(token).substr(0, 32) + ".log");
}

std::string ImageJobs::last_line(const std::string& token) const {
    const std::string text = base::read_file_if_exists(log_of(token), 16 << 20).value_or("");
    const std::size_t end = text.find_last_not_of('\n');
    if (end == std::string::npos) {
        return "starting";
    }
    const std::size_t begin = text.rfind('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1,
                       end - (begin == std::string::npos ? std::size_t(-1) : begin));
}

JobState ImageJobs::start(Children& children, const std::string& token,
                          const std::vector<std::string>& arguments) {
    base::make_directories(folder_, 0700);
    const base::Fd log = base::open_file(log_of(token), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    base::SpawnOptions options;
    options.stdout_to = base::Stdio::from_fd(log.get());
    options.stderr_to = base::Stdio::from_fd(log.get());
    options.new_session = true;
    children.emplace(token, base::spawn(command_(arguments), options));
    return JobRunning{"starting"};
}

JobState ImageJobs::advance(const std::string& token, const std::vector<std::string>& arguments) {
    auto children = children_.lock();
    const auto found = children->find(token);
    if (found == children->end()) {
        if (import_is_running(folder_, token)) {
            return JobRunning{last_line(token)};  // a process of the server before us
        }
        return children->size() < kAtOnce ? start(*children, token, arguments)
                                          : JobState(JobRunning{"waiting for other imports"});
    }
    const auto status = found->second.poll();
    const std::string line = last_line(token);
    if (!status) {
        return JobRunning{line};
    }
    children->erase(found);
    std::error_code ignored;  // it is overwritten, or swept with the folder
    std::filesystem::remove(log_of(token), ignored);
    if (status->success()) {
        return JobEnded{};
    }
    constexpr std::string_view prefix = "goldsmith: ";
    const bool said = line.starts_with(prefix);
    return JobFailed{said ? line.substr(prefix.size())
                          : "the import ended with " + status->describe() + " while " + line};
}

bool ImageJobs::settle(const std::string& token) {
    auto children = children_.lock();
    const auto found = children->find(token);
    if (found != children->end()) {
        if (!found->second.poll()) {
            return false;
        }
        children->erase(found);
    } else if (import_is_running(folder_, token)) {
        return false;
    }
    std::error_code ignored;  // what stays is a few lines of text
    std::filesystem::remove(log_of(token), ignored);
    return true;
}

bool ImageJobs::stop(const std::string& token) {
    auto children = children_.lock();
    const auto found = children->find(token);
    if (found != children->end()) {
        if (!found->second.poll()) {
            found->second.signal_group(SIGTERM);
            return false;
        }
        children->erase(found);
    }
    std::error_code ignored;
    std::filesystem::remove(log_of(token), ignored);
    return !stop_import(folder_, token);
}

}  // namespace goldsmith::disk_images
