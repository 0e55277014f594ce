#include "daemon/data_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"

namespace goldsmith::daemon {

namespace {

base::FileLock take_lock(const DataLayout& layout) {
    base::make_directories(layout.root, 0700);
    auto lock = base::FileLock::try_acquire(layout.lock());
    if (!lock) {
        const std::string url = base::read_file_if_exists(layout.endpoint()).value_or("");
        throw base::Error("another server uses " + layout.root.string() +
                          (url.empty() ? "" : " (" + url + ")") +
                          "; stop it or name another folder with --data-dir");
    }
    return std::move(*lock);
}

}  // namespace

DataDirectory::DataDirectory(const base::Path& root)
    : layout_{std::filesystem::absolute(root)}, lock_(take_lock(layout_)) {
    for (const base::Path& folder :
         {layout_.stores(), layout_.cache(), layout_.runs(), layout_.logs(), layout_.capsules()}) {
        base::make_directories(folder, 0700);
    }
}

DataDirectory::~DataDirectory() {
    ::unlink(layout_.endpoint().c_str());
}

void DataDirectory::publish_endpoint(const std::string& url) {
    base::write_file_atomically(layout_.endpoint(), url);
}

std::optional<std::string> running_server(const base::Path& root) {
    const DataLayout layout{std::filesystem::absolute(root)};
    const auto url = base::read_file_if_exists(layout.endpoint());
    if (!url || base::FileLock::try_acquire(layout.lock())) {
        return std::nullopt;  // nobody holds the lock: the file is a dead server's
    }
    return url;
}

base::Path default_data_directory() {
    const auto variable = [](const char* name) -> std::string {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    if (const std::string named = variable("GOLDSMITH_DATA_DIR"); !named.empty()) {
        return named;
    }
    if (::geteuid() == 0) {
        return "/var/lib/goldsmith";
    }
    if (const std::string data = variable("XDG_DATA_HOME"); !data.empty()) {
        return base::Path(data) / "goldsmith";
    }
    return base::Path(variable("HOME")) / ".local/share/goldsmith";
}

}  // namespace goldsmith::daemon
