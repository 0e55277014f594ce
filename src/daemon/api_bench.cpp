// The benchmarks of the API, driven by bench/api.py:
//
//     api_bench empty-server CREDENTIALS       our HTTP server with a handler that does nothing
//     api_bench load URL CREDENTIALS get ARN | list | create    CONNECTIONS SECONDS
//     api_bench commits FOLDER SECONDS         one transaction with its flush after the other
//     api_bench fill DATA COUNT                COUNT components, straight into the database
//
// `load` and `commits` print one line: key=value pairs.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>

#include "api/generated/imagebuilder/components_json.h"
#include "base/error.h"
#include "base/random.h"
#include "daemon/api_bench_load.h"
#include "daemon/database.h"
#include "db/database.h"
#include "db/sqlite/sqlite_driver.h"
#include "http/router.h"
#include "http/signer.h"
#include "state/versioned_rows.h"

namespace goldsmith::daemon {

namespace {

namespace ib = api::imagebuilder;

http::SigningKey read_key(const std::string& file) {
    const auto text = base::read_file(file, 1 << 16);
    const auto value = [&](const std::string& name) {
        const auto at = text.find(name + " = ");
        if (at == std::string::npos) {
            throw base::Error(file + " has no " + name);
        }
        const auto begin = at + name.size() + 3;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    return {value("aws_access_key_id"), value("aws_secret_access_key"), {}};
}

class OneKey final : public http::CredentialSource {
public:
    explicit OneKey(http::SigningKey key) : key_(std::move(key)) {}
    std::optional<http::Credential> find(std::string_view id) const override {
        if (id != key_.access_key_id) {
            return std::nullopt;
        }
        return http::Credential{
            key_.secret,
            {key_.access_key_id, "123456789012", "arn:aws:iam::123456789012:root"},
            {},
            {}};
    }

private:
    http::SigningKey key_;
};

int empty_server(const std::string& credentials) {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const OneKey key(read_key(credentials));
    const base::SystemClock clock;
    http::Router router({}, key, clock);
    router.add_service("imagebuilder", http::rest_json_protocol(),
                       [](const http::Call&) -> http::Answer { return http::Success{}; });
    http::ListenOptions options;
    options.worker_threads = 32;  // as the daemon has
    http::Listener listener(options,
                            [&](const http::Request& request) { return router.handle(request); });
    std::printf("listening on %s\n", listener.url().c_str());
    std::fflush(stdout);
    int received = 0;
    ::sigwait(&signals, &received);
    return 0;
}

struct Target {
    std::string host;
    std::uint16_t port;
};

Target target_of(const std::string& url) {
    const auto colon = url.rfind(':');
    return {url.substr(7, colon - 7), static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)))};
}

std::string wire(const http::Request& request) {
    std::string text = request.method + " " + request.target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.headers) {
        text += name + ": " + value + "\r\n";
    }
    return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" +
           request.body;
}

std::string signed_request(const Target& target, const http::SigningKey& key, const char* method,
                           const std::string& path, std::string body) {
    http::Request request;
    request.method = method;
    http::set_target(request, path);
    request.headers = {{"Host", target.host + ":" + std::to_string(target.port)},
                       {"Content-Type", "application/json"}};
    request.body = std::move(body);
    http::sign(request, key, "us-east-1", "imagebuilder", base::SystemClock().now());
    return wire(request);
}

constexpr const char* document =
    "name: bench\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
    "      - name: install\n        action: ExecuteBash\n        inputs:\n          commands:\n"
    "            - apt-get install -y nginx\n";

std::string create_request(const Target& target, const http::SigningKey& key, int number,
                           const std::string& unique) {
    // Few builds of each of many names, and fewer names than the quota.
    const auto name = number % 500 == 0 ? "bench" : "bench-" + std::to_string(number % 500);
    const boost::json::object body{{"name", name},        {"semanticVersion", "1.0.0"},
                                   {"platform", "Linux"}, {"description", unique},
                                   {"data", document},    {"clientToken", unique}};
    return signed_request(target, key, "PUT", "/CreateComponent", boost::json::serialize(body));
}

void print(const LoadResult& result) {
    std::printf("answers=%llu per_second=%.0f p50_ms=%.2f p99_ms=%.2f errors=%llu throttled=%llu\n",
                static_cast<unsigned long long>(result.answers), result.per_second(),
                result.percentile_ms(0.5), result.percentile_ms(0.99),
                static_cast<unsigned long long>(result.errors),
                static_cast<unsigned long long>(result.throttled));
    if (result.errors > 0) {
        std::fprintf(stderr, "%s\n", result.first_error.c_str());
    }
}

int load(const std::vector<std::string>& arguments) {
    const auto target = target_of(arguments.at(0));
    const auto key = read_key(arguments.at(1));
    const auto& what = arguments.at(2);
    const bool get = what == "get";
    const int connections = std::stoi(arguments.at(get ? 4 : 3));
    const std::chrono::milliseconds time(
        static_cast<int>(1000 * std::stod(arguments.at(get ? 5 : 4))));
    std::function<std::string()> next;
    if (what == "create") {
        // Signed before the clock starts; a run ends early when they are used up.
        base::SystemRandom random;
        auto requests = std::make_shared<std::vector<std::string>>();
        for (int i = 0; i < static_cast<int>(time.count()) * 8; ++i) {
            requests->push_back(create_request(target, key, i, base::make_uuid(random)));
        }
        std::ranges::reverse(*requests);  // the first one last, from where they are taken
        next = [requests]() -> std::string {
            if (requests->empty()) {
                return {};
            }
            auto request = std::move(requests->back());
            requests->pop_back();
            return request;
        };
    } else {
        const auto request =
            get ? signed_request(target, key, "GET",
                                 "/GetComponent?componentBuildVersionArn=" + arguments.at(3), "")
                : signed_request(target, key, "POST", "/ListComponents", R"({"maxResults":25})");
        next = [request] { return request; };
    }
    const auto result = run_load(target.host, target.port, connections, time, next);
    print(result);
    return result.errors == 0 ? 0 : 1;
}

int commits(const std::string& folder, double seconds) {
    auto database = db::sqlite::open({.path = folder + "/commits.db"});
    database->write([](db::Transaction& tx) {
        tx.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, body TEXT)");
    });
    const std::string body(1000, 'x');
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t count = 0;
    double passed = 0;
    while (passed < seconds) {
        database->write(
            [&](db::Transaction& tx) { tx.execute("INSERT INTO t (body) VALUES (?1)", {body}); });
        ++count;
        passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
    std::printf("per_second=%.0f\n", static_cast<double>(count) / passed);
    return 0;
}

int fill(const std::string& data, int count) {
    auto database = open_database(DataLayout{data});
    const state::Scope scope{"123456789012", "us-east-1"};
    const auto now = base::SystemClock().now();
    for (int done = 0; done < count; done += 1000) {
        database->write([&](db::Transaction& tx) {
            for (int i = done; i < std::min(count, done + 1000); ++i) {
                ib::Component component;
                component.name = "filled-" + std::to_string(i);
                component.arn = "arn:aws:imagebuilder:us-east-1:123456789012:component/" +
                                *component.name + "/1.0.0/1";
                component.version = "1.0.0";
                component.platform = ib::Platform::linux_;
                component.type = ib::ComponentType::build;
                component.owner = "123456789012";
                component.data = document;
                component.date_created = now;
                state::VersionedRow row;
                row.scope = scope;
                row.slug = *component.name;
                row.version = *api::parse_version("1.0.0");
                row.version.build = 1;
                row.digest = "filled";
                row.created_ms = now.time_since_epoch().count();
                row.body = boost::json::serialize(ib::to_json(component));
                state::components().insert(tx.connection(), row);
            }
        });
    }
    return 0;
}

int run(const std::vector<std::string>& arguments) {
    const std::string what = arguments.empty() ? "" : arguments.front();
    const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                        arguments.end());
    if (what == "empty-server") {
        return empty_server(rest.at(0));
    }
    if (what == "load") {
        return load(rest);
    }
    if (what == "commits") {
        return commits(rest.at(0), std::stod(rest.at(1)));
    }
    if (what == "fill") {
        return fill(rest.at(0), std::stoi(rest.at(1)));
    }
    std::fprintf(stderr, "api_bench: empty-server, load, commits or fill; see its source\n");
    return 2;
}

}  // namespace

}  // namespace goldsmith::daemon

int main(int count, char** arguments) {
    try {
        return goldsmith::daemon::run({arguments + 1, arguments + count});
    } catch (const std::exception& error) {
        std::fprintf(stderr, "api_bench: %s\n", goldsmith::base::error_chain(error).c_str());
        return 1;
    }
}
