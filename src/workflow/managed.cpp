#include "workflow/managed.h"

#include <algorithm>

#include "base/error.h"
#include "workflow/managed_text.h"

namespace goldsmith::workflow {

namespace {

using documents::WorkflowType;

struct Entry {
    std::string_view name;
    WorkflowType type;
    std::string_view version;
    std::string_view description;
};

constexpr Entry entries[] = {
    {"build-container", WorkflowType::build, "1.0.0", "Build a container image"},
    {"build-image", WorkflowType::build, "1.0.0", "Build an Amazon Machine Image"},
    {"build-image-from-iso", WorkflowType::build, "1.0.0",
     "Build an Amazon Machine Image from an installation disk"},
    {"distribute-container", WorkflowType::distribution, "1.0.0", "Distribute a container image"},
    {"distribute-image", WorkflowType::distribution, "1.0.0", "Distribute an Amazon Machine Image"},
    {"express-build-container", WorkflowType::build, "1.0.0",
     "Build a container image without waiting for status checks"},
    {"express-build-image", WorkflowType::build, "1.0.0",
     "Build an Amazon Machine Image without waiting for status checks and without an inventory"},
    {"express-test-image", WorkflowType::test, "1.0.0",
     "Test an Amazon Machine Image without status checks and without a scan"},
    {"import-disk-image", WorkflowType::build, "1.0.0",
     "Make an Amazon Machine Image of a disk image from elsewhere"},
    {"test-container", WorkflowType::test, "1.0.0", "Test a container image"},
    {"test-image", WorkflowType::test, "1.0.0", "Test an Amazon Machine Image"},
};

std::string_view text_of(std::string_view name) {
    const auto texts = managed_texts();
    const auto found = std::ranges::find(texts, name, &ManagedText::name);
    if (found == texts.end()) {
        throw base::Error("the program holds no managed workflow " + std::string(name));
    }
    return found->text;
}

std::vector<ManagedWorkflow> all_managed() {
    std::vector<ManagedWorkflow> all;
    for (const auto& entry : entries) {
        all.push_back(
            {entry.name, entry.type, entry.version, entry.description, text_of(entry.name)});
    }
    return all;
}

}  // namespace

std::span<const ManagedWorkflow> managed_workflows() {
    static const std::vector<ManagedWorkflow> all = all_managed();
    return all;
}

const ManagedWorkflow* find_managed_workflow(std::string_view name) {
    const auto all = managed_workflows();
    const auto found = std::ranges::find(all, name, &ManagedWorkflow::name);
    return found == all.end() ? nullptr : &*found;
}

std::string managed_workflow_arn(const ManagedWorkflow& workflow, std::string_view region) {
    return "arn:aws:imagebuilder:" + std::string(region) + ":aws:workflow/" +
           std::string(documents::arn_name(workflow.type)) + "/" + std::string(workflow.name) +
           "/" + std::string(workflow.version) + "/1";
}

std::vector<const ManagedWorkflow*> default_workflows(ImageType type) {
    const bool ami = type == ImageType::ami;
    return {find_managed_workflow(ami ? "build-image" : "build-container"),
            find_managed_workflow(ami ? "test-image" : "test-container"),
            find_managed_workflow(ami ? "distribute-image" : "distribute-container")};
}

}  // namespace goldsmith::workflow
