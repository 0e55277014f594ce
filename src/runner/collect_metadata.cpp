#include <chrono>
#include <sstream>

#include "base/error.h"
#include "runner/commands.h"

namespace goldsmith::runner {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostBytes = 16U << 20;
constexpr std::size_t kMostPackages = 50'000;

/// The value of a line NAME=value or NAME="value".
std::string os_release_value(const std::string& text, const std::string& name) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + "=")) {
            std::string value = line.substr(name.size() + 1);
            std::erase_if(value, [](char c) { return c == '"' || c == '\''; });
            return value;
        }
    }
    return {};
}

std::vector<api::runner::Package> parse_packages(const std::string& text) {
    std::vector<api::runner::Package> packages;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && packages.size() < kMostPackages;) {
        const std::size_t first = line.find('\t');
        const std::size_t second = line.find('\t', first + 1);
        if (first != std::string::npos && second != std::string::npos) {
            packages.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1),
                                line.substr(second + 1)});
        }
    }
    return packages;
}

class Collector {
public:
    explicit Collector(CommandContext& context) : context_(context) {}

    /// Standard output of a program; nothing when it is missing or fails.
    std::optional<std::string> ask(std::vector<std::string> argv) {
        try {
            guest::ExecRequest request;
            request.argv = std::move(argv);
            request.env = guest_environment(context_.spec);
            const auto output = context_.instance.guest().capture(request, context_.deadline,
                                                                  kMostBytes, context_.stop);
            return output.exited.exit_code == 0 ? std::optional(output.stdout_text) : std::nullopt;
        } catch (const guest::GuestError&) {
            return std::nullopt;
        }
    }

private:
    CommandContext& context_;
};

}  // namespace

void collect_metadata(CommandContext& context, api::runner::CommandResult& result) {
    Collector guest(context);
    api::runner::InstanceMetadata metadata;
    const std::string release = guest.ask({"cat", "/etc/os-release"}).value_or("");
    metadata.os_name = os_release_value(release, "NAME");
    metadata.os_version = os_release_value(release, "VERSION_ID");
    if (const auto point_release = guest.ask({"cat", "/etc/debian_version"});
        point_release && metadata.os_name->starts_with("Debian")) {
        metadata.os_version = point_release->substr(0, point_release->find('\n'));
    }
    auto packages = guest.ask({"dpkg-query", "--show",
                               "--showformat=${binary:Package}\\t${Version}\\t${Architecture}\\n"});
    if (!packages) {
        packages = guest.ask({"rpm", "--query", "--all",
                              "--queryformat=%{NAME}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"});
    }
    metadata.packages = parse_packages(packages.value_or(""));
    result.metadata = std::move(metadata);
}

}  // namespace goldsmith::runner
