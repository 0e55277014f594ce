// goldsmith validate FILE...: component, workflow and build files, told apart by their content.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/error.h"
#include "base/files.h"
#include "cli/build_file.h"
#include "cli/command_line.h"
#include "documents/component_document.h"
#include "documents/workflow_parser.h"
#include "documents/yaml.h"

namespace goldsmith::cli {

namespace {

/// The stage whose actions a workflow document uses; it does not say so itself, so the first stage
/// that accepts it counts, and where none does, the errors of the last.
void validate_workflow(const std::string& text, const std::string& file) {
    using documents::WorkflowType;
    try {
        documents::parse_workflow(text, file, WorkflowType::build);
        return;
    } catch (const documents::DocumentErrors&) {
        // Tried below as the other types.
    }
    try {
        documents::parse_workflow(text, file, WorkflowType::test);
        return;
    } catch (const documents::DocumentErrors& build_like) {
        try {
            documents::parse_workflow(text, file, WorkflowType::distribution);
        } catch (const documents::DocumentErrors& distribution) {
            if (distribution.diagnostics().size() < build_like.diagnostics().size()) {
                throw;
            }
            throw documents::DocumentErrors(build_like.diagnostics());
        }
    }
}

void validate_file(const std::string& file) {
    const std::string text = base::read_file(file, 16 << 20);
    const documents::YamlNode root = documents::parse_yaml(text, file);
    if (root.find("steps") != nullptr && root.find("phases") == nullptr) {
        validate_workflow(text, file);
    } else if (is_build_file(file)) {
        load_build_file(file);
    } else {
        documents::parse_component(text, file, documents::any_platform_rules());
    }
}

int validate(const std::vector<std::string>& files) {
    int exit_code = 0;
    for (const std::string& file : files) {
        try {
            validate_file(file);
            std::printf("%s: valid\n", file.c_str());
        } catch (const documents::DocumentErrors& errors) {
            std::fprintf(stderr, "%s\n", errors.to_string().c_str());
            exit_code = 1;
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: error: %s\n", file.c_str(), base::error_chain(error).c_str());
            exit_code = 1;
        }
    }
    return exit_code;
}

}  // namespace

void add_validate(CLI::App& app, Run& run) {
    auto files = std::make_shared<std::vector<std::string>>();
    CLI::App* command = app.add_subcommand("validate", "Check component, workflow and build files");
    command->add_option("files", *files, "Files to check")->required();
    command->callback([files, &run] { run = [files] { return validate(*files); }; });
}

}  // namespace goldsmith::cli
