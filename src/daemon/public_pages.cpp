#include "daemon/public_pages.h"

#include <cstdio>

#include "base/files.h"
#include "http/router.h"

namespace goldsmith::daemon {

namespace {

http::Response text(std::string body) {
    http::Response response;
    response.headers.set("Content-Type", "text/plain; version=0.0.4");
    response.body = std::move(body);
    return response;
}

/// The resident pages of this process, from the second field of /proc/self/statm.
unsigned long long resident_bytes() {
    unsigned long long total = 0;
    unsigned long long resident = 0;
    std::sscanf(base::read_file("/proc/self/statm").c_str(), "%llu %llu", &total, &resident);
    return resident * 4096;
}

}  // namespace

void add_public_pages(http::Router& router) {
    router.add_public("/healthz", [](const http::Request&) { return text("ok\n"); });
    router.add_public("/metrics", [](const http::Request&) {
        return text(
            "# HELP process_resident_memory_bytes Resident memory size in bytes.\n"
            "# TYPE process_resident_memory_bytes gauge\n"
            "process_resident_memory_bytes " +
            std::to_string(resident_bytes()) + "\n");
    });
}

}  // namespace goldsmith::daemon
