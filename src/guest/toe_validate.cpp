#include <boost/json.hpp>
#include <csignal>
#include <iostream>

#include "guest/executor.h"
#include "guest/json_text.h"
#include "guest/nesting_check.h"
#include "guest/net/network_access.h"
#include "guest/record_runner.h"
#include "guest/toe_commands.h"
#include "guest/toe_options.h"

namespace goldsmith::guest {
namespace {

constexpr OptionSpec validate_options[] = {
    {"documents", 'd', "A,B", "documents to check"},
    {"document-s3-bucket-owner", 0, "ACCOUNT", "the account that must own buckets of documents"},
    {"blocked-action-modules", 0, "A,B", "refuse documents that use these actions"},
    {"os-platforms", 0, "A,B", "linux, windows, darwin (default: linux)"},
    {"trace", 't', "", "accepted for compatibility"},
    {"help", 'h', "", "print this help"},
};

documents::ComponentRules read_rules(const Options& options) {
    documents::ComponentRules rules;
    for (const std::string& action : options.list("blocked-action-modules")) {
        rules.blocked_actions.insert(action);
    }
    if (options.has("os-platforms")) {
        rules.platforms.clear();
    }
    for (const std::string& name : options.list("os-platforms")) {
        if (name == "linux") {
            rules.platforms.insert(documents::Platform::linux_os);
        } else if (name == "windows") {
            rules.platforms.insert(documents::Platform::windows_os);
        } else if (name == "darwin" || name == "macos") {
            rules.platforms.insert(documents::Platform::mac_os);
        } else {
            throw UsageError("--os-platforms knows linux, windows and darwin, not '" + name + "'");
        }
    }
    return rules;
}

int report(const std::string& problem) {
    const bool success = problem.empty();
    std::cout << pretty_json(boost::json::object{
                     {"validationStatus", success ? "success" : "failed"},
                     {"message", success ? std::string("Validation successful.") : problem}})
              << std::flush;
    return success ? exit_success : exit_failure;
}

/// Checks all documents; the message of the first error, "" when there is none.
std::string check_documents(const Options& options) {
    const documents::ComponentRules rules = read_rules(options);
    ::signal(SIGPIPE, SIG_IGN);  // a server that hangs up is an error, not our end
    const StopSignal never;      // a signal ends this process; there is nothing to clean up
    const base::SystemClock clock;
    NetworkAccess remote(clock);
    std::string first_problem;
    for (const std::string& location : options.list("documents")) {
        try {
            const std::string text =
                load_document(location, options.text("document-s3-bucket-owner"), remote,
                              {never, {}})
                    .text;
            const auto document = documents::parse_component(text, location, rules);
            auto problems = nesting_problems(document, rules);
            if (!problems.empty()) {
                throw documents::DocumentErrors(std::move(problems));
            }
        } catch (const documents::DocumentErrors& errors) {
            std::cerr << errors.to_string() << std::endl;
            if (first_problem.empty()) {
                first_problem = errors.what();
            }
        } catch (const base::Error& error) {
            const std::string message = base::error_chain(error);
            std::cerr << location << ": error: " << message << std::endl;
            if (first_problem.empty()) {
                first_problem = message;
            }
        }
    }
    return first_problem;
}

}  // namespace

int toe_validate(const std::vector<std::string>& arguments) {
    try {
        const Options options = Options::parse(validate_options, arguments);
        if (options.has("help")) {
            std::cerr << "toe validate: checks component documents without running them\n\n"
                      << options_help(validate_options);
            return exit_success;
        }
        if (!options.has("documents")) {
            throw UsageError("--documents is missing");
        }
        return report(check_documents(options));
    } catch (const base::Error& error) {
        const std::string message = base::error_chain(error);
        std::cerr << "toe validate: " << message << std::endl;
        return report(message);
    }
}

}  // namespace goldsmith::guest
