#include "daemon/notifier.h"

#include <sys/prctl.h>

#include <condition_variable>
#include <mutex>

#include "base/error.h"
#include "disk_images/url.h"
#include "http/client.h"
#include "service/sns/deliveries.h"

namespace goldsmith::daemon {

namespace {

constexpr std::chrono::milliseconds look_every{500};
constexpr std::chrono::milliseconds longest_connect{2'000};
constexpr std::chrono::milliseconds longest_exchange{3'000};  // stopping waits for one at most
constexpr std::size_t most_answer_bytes = 64UL * 1024;

int send(const service::sns::Post& post, bool to_local_addresses) {
    const auto path = post.url.find('/', post.url.find("://") + 3);
    http::ClientOptions options;
    options.endpoint = post.url.substr(0, path);
    options.connect_timeout = longest_connect;
    options.timeout = longest_exchange;
    options.max_answer_bytes = most_answer_bytes;
    bool refused = false;
    if (!to_local_addresses) {
        options.may_connect = [&refused](const sockaddr* address) {
            refused = disk_images::is_local_address(address);
            return !refused;
        };
    }
    http::Headers headers;
    for (const auto& [name, value] : post.headers) {
        headers.add(name, value);
    }
    http::Client client(std::move(options));
    try {
        return client
            .call("", "", "POST", path == std::string::npos ? "/" : post.url.substr(path), headers,
                  post.body)
            .status;
    } catch (const base::Error&) {
        if (refused) {
            throw service::sns::EndpointRefused(
                "the endpoint has a loopback or link-local address, where this host's own services "
                "answer (notifications_to_local_addresses in the configuration allows it)");
        }
        throw;
    }
}

void wait(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any woken;
    std::unique_lock lock(mutex);
    woken.wait_for(lock, stop, look_every, [] { return false; });
}

}  // namespace

Notifier::Notifier(db::Database& database, bool to_local_addresses, const base::Clock& clock,
                   base::Logger log)
    : thread_([&database, to_local_addresses, &clock, log](const std::stop_token& stop) mutable {
          ::prctl(PR_SET_NAME, "notifier");
          service::sns::Deliveries deliveries(
              database,
              [&stop, to_local_addresses](const service::sns::Post& post) {
                  if (stop.stop_requested()) {
                      throw base::Error("the server stops");
                  }
                  return send(post, to_local_addresses);
              },
              log);
          while (!stop.stop_requested()) {
              try {
                  if (deliveries.turn(clock.now()) == 0) {
                      wait(stop);
                  }
              } catch (...) {
                  log.error("the notifier failed", {{"error", base::current_error_chain()}});
                  wait(stop);
              }
          }
      }) {}

}  // namespace goldsmith::daemon
