// goldsmith build FILE: one image from a build file, with live progress.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <thread>

#include "cli/api_client.h"
#include "cli/build_file.h"
#include "cli/command_line.h"
#include "cli/image_build.h"
#include "cli/progress.h"
#include "cli/server_options.h"

namespace goldsmith::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t failure_lines = 50;

struct BuildOptions {
    ServerOptions server;
    std::string file;
    bool plain = false;
    bool verbose = false;
};

std::atomic<bool> interrupted{false};

void on_interrupt(int) {
    interrupted = true;
}

std::string status_of(const json::object& image) {
    return std::string(image.at("state").at("status").as_string());
}

bool is_final(const std::string& status) {
    return status == "AVAILABLE" || status == "FAILED" || status == "CANCELLED";
}

/// Follows the build to its end; one interrupt cancels it, and its clean-up is still shown.
json::object follow(ImageBuild& build, Progress& progress) {
    bool cancelled = false;
    for (;;) {
        const json::object image = build.image();
        const std::string status = status_of(image);
        progress.output(build.new_output());
        progress.update(status, build.steps());
        if (is_final(status)) {
            return image;
        }
        if (interrupted && !cancelled) {
            cancelled = true;
            build.cancel();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
}

int report_success(const json::object& image) {
    std::printf("%s is AVAILABLE\n", image.at("arn").as_string().c_str());
    for (const json::value& ami : image.at("outputResources").at("amis").as_array()) {
        std::printf("  %s  %s  %s\n", ami.at("region").as_string().c_str(),
                    ami.at("image").as_string().c_str(), ami.at("name").as_string().c_str());
    }
    return 0;
}

int report_failure(const json::object& image, const Progress& progress) {
    const json::value* reason = image.at("state").as_object().if_contains("reason");
    std::fprintf(stderr, "%s is %s%s%s\n", image.at("arn").as_string().c_str(),
                 status_of(image).c_str(), reason != nullptr ? ": " : "",
                 reason != nullptr ? reason->as_string().c_str() : "");
    const auto lines = progress.last_lines(failure_lines);
    if (!lines.empty()) {
        std::fprintf(stderr, "--- the last %zu lines of output\n", lines.size());
        for (const std::string& line : lines) {
            std::fprintf(stderr, "%s\n", line.c_str());
        }
    }
    return 1;
}

int build(const BuildOptions& options) {
    const BuildFile file = load_build_file(options.file);
    const ServerAtHand server(options.server);
    ApiClient api(server.url(), server.credentials_file(), file.region);
    ImageBuild image_build(api, file);
    struct sigaction action {};
    action.sa_handler = on_interrupt;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::printf("building %s\n", image_build.start().c_str());
    std::fflush(stdout);
    const bool terminal = !options.plain && ::isatty(1) == 1;
    Progress progress(1, terminal, options.verbose);
    const json::object image = follow(image_build, progress);
    progress.finish();
    return status_of(image) == "AVAILABLE" ? report_success(image)
                                           : report_failure(image, progress);
}

}  // namespace

void add_build(CLI::App& app, Run& run) {
    auto options = std::make_shared<BuildOptions>();
    CLI::App* command = app.add_subcommand("build", "Build one image from a build file");
    command->add_option("file", options->file, "Build file (docs/formats/build-file.md)")
        ->required();
    command->add_flag("--plain", options->plain, "Plain lines even on a terminal");
    command->add_flag("--verbose", options->verbose, "Print all output");
    options->server.add_to(*command);
    command->callback([options, &run] { run = [options] { return build(*options); }; });
}

}  // namespace goldsmith::cli
