#include "guest/host_facts.h"

#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {
namespace {

std::string os_release(std::string_view key) {
    auto text = base::read_file_if_exists("/etc/os-release");
    if (!text) {
        text = base::read_file_if_exists("/usr/lib/os-release");
    }
    return os_release_value(text.value_or(""), key);
}

std::string host_name() {
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0) {
        throw base::SystemError("read the host name");
    }
    return name;
}

}  // namespace

std::string os_release_value(std::string_view text, std::string_view key) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        if (!line.starts_with(key) || line.substr(key.size(), 1) != "=") {
            continue;
        }
        line.remove_prefix(key.size() + 1);
        const bool quoted = line.size() >= 2 && line.front() == line.back() &&
                            (line.front() == '"' || line.front() == '\'');
        return std::string(quoted ? line.substr(1, line.size() - 2) : line);
    }
    return "";
}

std::string host_fact(std::string_view key, base::Time now, RemoteAccess& remote,
                      const Patience& patience) {
    if (key == "osPlatform") {
        return "linux";
    }
    if (key == "osName") {
        return os_release("NAME");
    }
    if (key == "osVersion") {
        return os_release("VERSION_ID");
    }
    if (key == "date") {
        return base::format_iso8601(now).substr(0, 10);
    }
    if (key == "dateTime") {
        return base::format_iso8601(now).substr(0, 19) + "Z";
    }
    if (key == "uuid") {
        base::SystemRandom random;
        return base::make_uuid(random);
    }
    if (key == "hostname") {
        return host_name();
    }
    if (key == "region") {
        return remote.region(patience);
    }
    if (key == "accountId") {
        return remote.account_id(patience);
    }
    throw base::Error("there is no context key '" + std::string(key) + "'");
}

}  // namespace goldsmith::guest
