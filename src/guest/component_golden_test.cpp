// Golden documents: tests/golden/toe/<row of the specification>-<what>.yml is run as it stands, in
// a folder of its own, and everything that came of it is compared with <name>.json: exit code,
// summary and detailed output, with times, ids and paths replaced. GOLDSMITH_UPDATE_GOLDEN=1 writes
// what happened.
//
// Comments at the top of a document set up its run: `# phases: a,b`, `# parameters: n=v,n=v`, and
// `# runs: N` for one that reboots N-1 times.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <regex>

#include "base/clock.h"
#include "guest/executor.h"
#include "guest/json_text.h"
#include "guest/toe_options.h"

namespace goldsmith::guest {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const fs::path golden_folder = fs::path(GOLDSMITH_SOURCE_DIR) / "tests/golden/toe";

std::vector<std::string> document_names() {
    std::vector<std::string> names;
    for (const std::string& name : base::list_directory(golden_folder)) {
        if (name.ends_with(".yml")) {
            names.push_back(name.substr(0, name.size() - 4));
        }
    }
    return names;
}

/// The value of `# key: value` in the comments of the document.
std::string setting(const std::string& source, const std::string& key) {
    const std::string start = "# " + key + ": ";
    const std::size_t at = source.find(start);
    if (at == std::string::npos) {
        return "";
    }
    return source.substr(at + start.size(), source.find('\n', at) - at - start.size());
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
        parts.push_back(part);
    }
    return parts;
}

std::string this_host() {
    char name[HOST_NAME_MAX + 1] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

std::string normalised(std::string text, const std::string& folder) {
    for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
        text.replace(at, folder.size(), "FOLDER");
    }
    const std::pair<std::string, std::string> rules[] = {
        {R"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})", "ID"},
        {R"(TOE_[0-9_-]+_UTC-0)", "TOE_TIME"},
        {R"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(Z|[+-][0-9:]{5}))", "TIME"},
        {R"(\b20[0-9]{2}-[0-9]{2}-[0-9]{2}\b)", "DATE"},
        {R"(\\")" + this_host() + R"(\\")", R"(\"HOST\")"},
    };
    for (const auto& [pattern, replacement] : rules) {
        text = std::regex_replace(text, std::regex(pattern), replacement);
    }
    return text;
}

/// A string that holds JSON is easier to compare and to read as JSON.
void unfold(json::value& value) {
    if (auto* object = value.if_object()) {
        for (auto& [key, member] : *object) {
            if ((key == "inputs" || key == "outputs") && member.is_string() &&
                member.get_string().starts_with('[')) {
                member = json::parse(member.get_string());
            }
            unfold(member);
        }
    } else if (auto* array = value.if_array()) {
        for (json::value& item : *array) {
            unfold(item);
        }
    }
}

class GoldenDocument : public ::testing::TestWithParam<std::string> {
protected:
    GoldenDocument() : folder_("golden"), before_(fs::current_path()) {
        fs::copy_file(golden_folder / (GetParam() + ".yml"), folder_.path() / "document.yml");
        fs::current_path(folder_.path());
        // Values of the environment show in the expectations.
        ::setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
    }
    ~GoldenDocument() override { fs::current_path(before_); }

    json::value run_once(const RunRequest& request) {
        const RunResult result = run_components(request, {clock_, stop_, remote_, observer_});
        json::object outcome{{"exitCode", result.exit_code}};
        if (!result.diagnostics.empty()) {
            json::array lines;
            std::istringstream stream(result.diagnostics);
            for (std::string line; std::getline(stream, line);) {
                lines.emplace_back(line);
            }
            outcome["diagnostics"] = std::move(lines);
        }
        if (!result.summary.empty()) {
            outcome["summary"] = json::parse(result.summary);
        }
        const auto details = base::read_file_if_exists(result.log_folder / "detailedoutput.json");
        if (result.exit_code != exit_reboot && details && !result.log_folder.empty()) {
            outcome["detailedOutput"] = json::parse(*details);
            unfold(outcome["detailedOutput"]);
        }
        return outcome;
    }

    std::string run_all() {
        const std::string source = base::read_file("document.yml");
        RunRequest request;
        request.documents.push_back({"document.yml", {}});
        request.phases = split(setting(source, "phases"));
        request.parameters = parse_assignments(setting(source, "parameters"));
        request.log_directory = "logs";
        const std::string runs = setting(source, "runs");
        json::array outcomes;
        for (int run = 0; run < (runs.empty() ? 1 : std::stoi(runs)); ++run) {
            outcomes.push_back(run_once(request));
        }
        EXPECT_FALSE(fs::exists("logs/.toe-state")) << "the state must be gone after the last run";
        const json::value result = outcomes.size() == 1 ? outcomes.front() : json::value(outcomes);
        return normalised(pretty_json(result), folder_.path().string());
    }

private:
    base::TempDir folder_;
    fs::path before_;
    base::SystemClock clock_;
    StopSignal stop_;
    OfflineAccess remote_;
    RunObserver observer_;
};

TEST_P(GoldenDocument, RunsAsExpected) {
    const std::string actual = run_all();
    const fs::path expected_path = golden_folder / (GetParam() + ".json");
    if (std::getenv("GOLDSMITH_UPDATE_GOLDEN") != nullptr) {
        base::write_file_atomically(expected_path, actual);
        return;
    }
    const auto expected = base::read_file_if_exists(expected_path);
    ASSERT_TRUE(expected) << expected_path << " is missing; GOLDSMITH_UPDATE_GOLDEN=1 writes it";
    EXPECT_EQ(actual, *expected);
}

INSTANTIATE_TEST_SUITE_P(Toe, GoldenDocument, ::testing::ValuesIn(document_names()),
                         [](const auto& info) {
                             return std::regex_replace(info.param, std::regex("[^A-Za-z0-9]"), "_");
                         });

}  // namespace
}  // namespace goldsmith::guest
