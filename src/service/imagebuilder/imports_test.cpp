// What comes from elsewhere: scripts, AMIs to distribute, and what there is nothing behind.
#include <boost/json.hpp>

#include "db/database.h"
#include "documents/component_document.h"
#include "service/imagebuilder/component_import.h"
#include "service/service_fixture.h"
#include "state/amis.h"
#include "state/executions.h"
#include "state/image_tasks.h"
#include "workflow/plan.h"

namespace goldsmith::service {
namespace {

namespace json = boost::json;

constexpr auto ami_id = "ami-0123456789abcdef0";

class ImportsTest : public ServiceFixture {
protected:
    json::object script(const std::string& data, const std::string& type = "BUILD") {
        return {{"name", "script"},      {"semanticVersion", "1.0.0"}, {"type", type},
                {"format", "SHELL"},     {"platform", "Linux"},        {"data", data},
                {"clientToken", token()}};
    }
    void insert_ami(const std::string& state = "available") {
        database_->write([&](db::Transaction& transaction) {
            state::AmiRow ami{.region = "us-east-1",
                              .image_id = ami_id,
                              .owner = "123456789012",
                              .name = "web.server (golden) 2026",
                              .state = state};
            state::insert_ami(transaction, ami);
        });
    }
    json::object distribution(const std::string& source) {
        return {{"sourceImage", source},
                {"distributionConfigurationArn",
                 create_distribution("both-" + std::to_string(++distributions_))},
                {"executionRole", "distributor"},
                {"tags", json::object{{"team", "web"}}},
                {"clientToken", token()}};
    }

    int distributions_ = 0;
};

TEST_F(ImportsTest, AScriptBecomesAComponentThatRunsIt) {
    const std::string text_of_script =
        "#!/bin/bash\nset -e\necho \"it's: \\\"fine\\\"\"\t# é\nls | wc -l > /tmp/n\n";
    const auto arn =
        text("componentBuildVersionArn", call("ImportComponent", script(text_of_script)));
    const auto shown = call("GetComponent", {{"componentBuildVersionArn", arn}});
    EXPECT_EQ(text("component.type", shown), "BUILD");
    const auto document = documents::parse_component(text("component.data", shown), "data");
    ASSERT_EQ(document.phases.size(), 1U);
    EXPECT_EQ(document.phases[0].steps[0].action, "ExecuteBash");
    EXPECT_EQ(document.phases[0].steps[0].inputs.entries[0].value.items[0].text, text_of_script);
    EXPECT_TRUE(error_of("ImportComponent", script(text_of_script))
                    .starts_with("ResourceAlreadyExistsException"));
    const auto test =
        text("componentBuildVersionArn", call("ImportComponent", script("true", "TEST")));
    EXPECT_TRUE(test.ends_with("/2"));
    EXPECT_EQ(text("component.type", call("GetComponent", {{"componentBuildVersionArn", test}})),
              "TEST");
    auto from_s3 = script("true");
    from_s3.erase("data");
    EXPECT_TRUE(
        error_of("ImportComponent", from_s3).starts_with("InvalidParameterCombinationException"));
    from_s3["uri"] = "s3://bucket/script.sh";
    EXPECT_TRUE(error_of("ImportComponent", from_s3).starts_with("InvalidRequestException"));
}

TEST_F(ImportsTest, NothingStandsBehindTheMarketplace) {
    const auto arn = create_component("web");
    const json::object mine{{"resourceType", "COMPONENT_DATA"}, {"resourceArn", arn}};
    EXPECT_TRUE(error_of("GetMarketplaceResource", mine).starts_with("InvalidRequestException"));
    const auto unknown = error_of(
        "GetMarketplaceResource",
        {{"resourceType", "COMPONENT_ARTIFACT"},
         {"resourceArn", "arn:aws:imagebuilder:us-east-1:aws-marketplace:component/x/1.0.0/1"}});
    EXPECT_TRUE(unknown.starts_with("ResourceNotFoundException")) << unknown;
    EXPECT_NE(unknown.find("no Marketplace"), std::string::npos);
}

TEST_F(ImportsTest, VirtualMachinesAndInstallationMediaAreRefusedWithAReason) {
    const json::object machine{{"name", "vm"},
                               {"semanticVersion", "1.0.0"},
                               {"platform", "Linux"},
                               {"vmImportTaskId", "import-ami-1"},
                               {"clientToken", token()}};
    const auto vm = error_of("ImportVmImage", machine);
    EXPECT_TRUE(vm.starts_with("ClientException")) << vm;
    EXPECT_NE(vm.find("import-ami-1"), std::string::npos) << vm;
    json::object disk{{"name", "windows"},
                      {"semanticVersion", "1.0.0"},
                      {"platform", "Windows"},
                      {"osVersion", "Microsoft Windows 11"},
                      {"infrastructureConfigurationArn", create_infrastructure("web")},
                      {"uri", "s3://bucket/windows.ISO"},
                      {"clientToken", token()}};
    const auto iso = error_of("ImportDiskImage", disk);
    EXPECT_TRUE(iso.starts_with("ClientException")) << iso;
    EXPECT_NE(iso.find("installation media"), std::string::npos) << iso;
    disk["uri"] = "ftp://host/disk.qcow2";
    EXPECT_NE(error_of("ImportDiskImage", disk).find("no s3, https or http URL"),
              std::string::npos);
    disk["uri"] = "https://host/disk.qcow2";
    disk["infrastructureConfigurationArn"] =
        "arn:aws:imagebuilder:us-east-1:123456789012:infrastructure-configuration/none";
    EXPECT_TRUE(error_of("ImportDiskImage", disk).starts_with("ResourceNotFoundException"));
    EXPECT_EQ(
        call("ListImageBuildVersions", json::object{}).at("imageSummaryList").as_array().size(),
        0U);
}

TEST_F(ImportsTest, ADiskImageBecomesAnImageWithAPlan) {
    const json::object disk{{"name", "golden"},
                            {"semanticVersion", "1.2.3"},
                            {"platform", "Linux"},
                            {"osVersion", "Rocky Linux 9"},
                            {"infrastructureConfigurationArn", create_infrastructure("web")},
                            {"uri", "https://host/disk.qcow2"},
                            {"tags", json::object{{"team", "web"}}},
                            {"clientToken", token()}};
    const auto arn = text("imageBuildVersionArn", call("ImportDiskImage", disk));
    EXPECT_EQ(arn, "arn:aws:imagebuilder:us-east-1:123456789012:image/golden/1.2.3/1");
    EXPECT_EQ(text("imageBuildVersionArn", call("ImportDiskImage", disk)), arn);  // the same token
    const auto shown = call("GetImage", {{"imageBuildVersionArn", arn}});
    EXPECT_EQ(text("image.state.status", shown), "PENDING");
    EXPECT_EQ(text("image.buildType", shown), "IMPORT_ISO");
    EXPECT_EQ(text("image.imageSource", shown), "IMPORTED");
    EXPECT_EQ(text("image.osVersion", shown), "Rocky Linux 9");
    EXPECT_EQ(text("image.tags.team", shown), "web");
    const auto plan = database_->read([&](db::Connection& connection) {
        return workflow::plan_from_json(state::find_execution_of_image(connection, arn)->plan);
    });
    ASSERT_EQ(plan->workflows.size(), 1U);
    EXPECT_EQ(plan->workflows[0].document.steps.at(0).action, "RegisterImage");
    EXPECT_EQ(text("imageLocation", plan->workflows[0].parameters), "https://host/disk.qcow2");
    EXPECT_EQ(notified_.lock()->back(), plan->execution_id);
}

TEST_F(ImportsTest, AnImageFollowsItsImportTask) {
    const state::Scope scope{"123456789012", "us-east-1"};
    const auto task_in = [&](const std::string& id, const std::string& status) {
        state::ImageTaskRow task{.task_id = id, .kind = "import", .scope = scope};
        task.status = status;
        task.message = "the disk is no disk";
        task.image_id = status == "completed" ? ami_id : "";
        database_->write(
            [&](db::Transaction& transaction) { state::insert_image_task(transaction, task); });
        return task;
    };
    const auto import = [&](const std::string& task) {
        const auto answer = call("ImportVmImage", {{"name", "vm"},
                                                   {"semanticVersion", "1.0.0"},
                                                   {"platform", "Linux"},
                                                   {"vmImportTaskId", task},
                                                   {"clientToken", token()}});
        return text("imageArn", answer);
    };
    const auto status_of = [&](const std::string& arn) {
        return text("image.state.status", call("GetImage", {{"imageBuildVersionArn", arn}}));
    };
    insert_ami();
    task_in("import-ami-1", "completed");
    const auto done = import("import-ami-1");
    EXPECT_EQ(done, "arn:aws:imagebuilder:us-east-1:123456789012:image/vm/1.0.0/1");
    EXPECT_EQ(status_of(done), "AVAILABLE");
    const auto shown = call("GetImage", {{"imageBuildVersionArn", done}});
    const auto& amis = shown.at_pointer("/image/outputResources/amis").as_array();
    ASSERT_EQ(amis.size(), 1U);
    EXPECT_EQ(text("image", amis[0]), ami_id);

    task_in("import-ami-2", "deleted");
    const auto failed = import("import-ami-2");
    EXPECT_EQ(status_of(failed), "FAILED");
    EXPECT_NE(text("image.state.reason", call("GetImage", {{"imageBuildVersionArn", failed}}))
                  .find("the disk is no disk"),
              std::string::npos);

    // Cancelled while the task goes on: what becomes of the task no longer matters.
    auto task = task_in("import-ami-3", "active");
    const auto cancelled = import("import-ami-3");
    EXPECT_EQ(status_of(cancelled), "PENDING");
    call("CancelImageCreation", {{"imageBuildVersionArn", cancelled}, {"clientToken", token()}});
    EXPECT_EQ(status_of(cancelled), "CANCELLED");
    task.status = "completed";
    task.image_id = ami_id;
    database_->write([&](db::Transaction& transaction) {
        state::settle_follower(transaction, task, cancelled, 1);
    });
    EXPECT_EQ(status_of(cancelled), "CANCELLED");
}

TEST_F(ImportsTest, AnAmiIsDistributedAsANewImage) {
    insert_ami();
    const auto answer = call("DistributeImage", distribution(ami_id));
    const auto arn = text("imageBuildVersionArn", answer);
    EXPECT_EQ(arn,
              "arn:aws:imagebuilder:us-east-1:123456789012:"
              "image/web-server--golden--2026/1.0.0/1");
    const auto shown = call("GetImage", {{"imageBuildVersionArn", arn}});
    EXPECT_EQ(text("image.state.status", shown), "PENDING");
    EXPECT_EQ(text("image.tags.team", shown), "web");
    EXPECT_EQ(text("image.executionRole", shown), "distributor");
    const auto plan = database_->read([&](db::Connection& connection) {
        return workflow::plan_from_json(state::find_execution_of_image(connection, arn)->plan);
    });
    ASSERT_EQ(plan->workflows.size(), 1U);
    EXPECT_EQ(plan->workflows[0].type, documents::WorkflowType::distribution);
    EXPECT_EQ(text("sourceImageId", plan->settings), ami_id);
    EXPECT_EQ(notified_.lock()->back(), plan->execution_id);
    EXPECT_TRUE(text("imageBuildVersionArn", call("DistributeImage", distribution(ami_id)))
                    .ends_with("1.0.0/2"));
}

TEST_F(ImportsTest, OnlyAnAmiThatIsThereAndAvailableIsDistributed) {
    const auto missing = error_of("DistributeImage", distribution(ami_id));
    EXPECT_TRUE(missing.starts_with("InvalidParameterValueException")) << missing;
    EXPECT_NE(missing.find("'sourceImage'"), std::string::npos) << missing;
    insert_ami("disabled");
    EXPECT_TRUE(error_of("DistributeImage", distribution(ami_id))
                    .starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(error_of("DistributeImage", distribution("ssm:parameter"))
                    .starts_with("InvalidParameterValueException"));
    EXPECT_TRUE(error_of("DistributeImage", distribution(create_image("web")))
                    .starts_with("InvalidParameterValueException"));  // it has no AMI yet
}

}  // namespace
}  // namespace goldsmith::service
