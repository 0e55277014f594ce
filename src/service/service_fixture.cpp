#include "service/service_fixture.h"

#include <boost/json.hpp>

#include "api/error.h"
#include "api/shape.h"
#include "db/database.h"
#include "db/migrations.h"
#include "db/sqlite/sqlite_driver.h"
#include "service/endpoints.h"
#include "state/images.h"
#include "state/migrations.h"

namespace goldsmith::service {

namespace json = boost::json;

namespace {

const api::Operation& operation_named(const api::Service& service, std::string_view name) {
    for (const auto* operation : service.operations) {
        if (operation->name == name) {
            return *operation;
        }
    }
    throw std::logic_error("no operation " + std::string(name));
}

std::string as_text(const json::value& value) {
    return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

/// Puts members where REST-JSON carries them: path, query or body.
api::WireRequest wire_request(const api::Operation& operation, json::object& input) {
    api::WireRequest request{.operation = operation.name, .method = operation.method};
    std::string_view path = operation.path;
    while (path.size() > 1) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        request.path.emplace_back(segment);
    }
    for (const auto& member : operation.input->members) {
        const auto* value = input.if_contains(member.name);
        if (member.where == api::Where::body || value == nullptr) {
            continue;
        }
        if (member.where == api::Where::path) {
            request.path.back() = as_text(*value);
        } else if (value->is_array()) {
            for (const auto& item : value->as_array()) {
                request.query.emplace_back(member.where_name, as_text(item));
            }
        } else {
            request.query.emplace_back(member.where_name, as_text(*value));
        }
        input.erase(member.name);
    }
    return request;
}

}  // namespace

std::string text(std::string_view path, const json::value& tree) {
    const json::value* at = &tree;
    while (!path.empty()) {
        const auto name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(name.size() + 1, path.size()));
        if (at->is_array()) {
            at = at->as_array().if_contains(std::stoul(std::string(name)));
        } else {
            at = at->is_object() ? at->as_object().if_contains(name) : nullptr;
        }
        if (at == nullptr) {
            return "";
        }
    }
    return as_text(*at);
}

ServiceFixture::ServiceFixture()
    : database_(db::sqlite::open(
          {.path = (folder_.path() / "goldsmith.db").string(), .durable = false})) {
    db::migrate(*database_, state::migrations());
    dependencies_ = std::make_unique<Dependencies>(
        Dependencies{.database = *database_, .random = random_, .page_tokens = page_tokens_});
    dependencies_->logs_directory = folder_.path() / "logs";
    dependencies_->instances_directory = folder_.path() / "instances";
    dependencies_->runs_directory = folder_.path() / "runs";
    dependencies_->audit_directory = folder_.path() / "audit";
    dependencies_->regions = {"us-east-1", "us-west-2", "eu-west-1"};
    dependencies_->account = "123456789012";
    dependencies_->managed_images = {
        {.name = "debian-12-x86", .platform = "Linux", .os_version = "Debian GNU/Linux 12"}};
    dependencies_->notify = [this](const std::string& id) { notified_.lock()->push_back(id); };
    context_ = {.account = "123456789012",
                .region = "us-east-1",
                .principal_arn = "arn:aws:iam::123456789012:root",
                .access_key = "AKIATEST",
                .request_id = "00000000-0000-4000-8000-000000000000",
                .now = base::parse_iso8601("2026-11-23T10:00:00Z").value(),
                .source_ip = "127.0.0.1"};
    remake_endpoints();
}

void ServiceFixture::remake_endpoints() {
    endpoints_["imagebuilder"] = make_imagebuilder_endpoint(*dependencies_);
    endpoints_["ec2"] = make_ec2_endpoint(*dependencies_);
    endpoints_["logs"] = make_logs_endpoint(*dependencies_);
    endpoints_["iam"] = make_iam_endpoint(*dependencies_);
    endpoints_["ssm"] = make_ssm_endpoint(*dependencies_, sealer_);
    endpoints_["sns"] = make_sns_endpoint(*dependencies_);
    endpoints_["sts"] = make_sts_endpoint(*dependencies_);
    endpoints_["cloudtrail"] = make_cloudtrail_endpoint(*dependencies_);
}

ServiceFixture::~ServiceFixture() = default;

api::Endpoint& ServiceFixture::endpoint(const std::string& service) {
    return *endpoints_.at(service);
}

json::value ServiceFixture::call(std::string_view operation, json::value input,
                                 const std::string& service) {
    api::Endpoint& target = endpoint(service);
    auto members = input.is_object() ? input.as_object() : json::object{};
    const auto request = wire_request(operation_named(target.service(), operation), members);
    return target.call(context_, request, members, gate_);
}

std::string ServiceFixture::error_of(std::string_view operation, json::value input,
                                     const std::string& service) {
    try {
        const auto answer = call(operation, std::move(input), service);
        return "no error: " + json::serialize(answer);
    } catch (const api::ApiError& error) {
        return error.code() + " " + error.what();
    }
}

json::array ServiceFixture::all_pages(std::string_view operation, json::object input,
                                      std::string_view member, int size,
                                      const std::function<void()>& between) {
    json::array items;
    input["maxResults"] = size;
    for (int pages = 0; pages < 1000; ++pages) {
        const auto answer = call(operation, input);
        const auto& page = answer.at(member).as_array();
        EXPECT_LE(page.size(), static_cast<std::size_t>(size));
        items.insert(items.end(), page.begin(), page.end());
        const auto* next = answer.as_object().if_contains("nextToken");
        if (next == nullptr) {
            return items;
        }
        input["nextToken"] = *next;
        if (between) {
            between();
        }
    }
    ADD_FAILURE() << operation << " never ends";
    return items;
}

std::string ServiceFixture::component_document(const std::string& command) {
    return "name: test\nschemaVersion: 1.0\nphases:\n  - name: build\n    steps:\n"
           "      - name: Run\n        action: ExecuteBash\n        inputs:\n"
           "          commands:\n            - '" +
           command + "'\n";
}

std::string ServiceFixture::create_component(const std::string& name, const std::string& version,
                                             const std::string& data) {
    const json::object input{{"name", name},
                             {"semanticVersion", version},
                             {"platform", "Linux"},
                             {"data", data.empty() ? component_document() : data},
                             {"clientToken", token()}};
    return text("componentBuildVersionArn", call("CreateComponent", input));
}

std::string ServiceFixture::create_recipe(const std::string& name, const std::string& component_arn,
                                          const std::string& version) {
    const json::object input{
        {"name", name},
        {"semanticVersion", version},
        {"parentImage", "arn:aws:imagebuilder:us-east-1:aws:image/debian-12-x86/x.x.x"},
        {"components", json::array{json::object{{"componentArn", component_arn}}}},
        {"clientToken", token()}};
    return text("imageRecipeArn", call("CreateImageRecipe", input));
}

std::string ServiceFixture::create_infrastructure(const std::string& name) {
    return text(
        "infrastructureConfigurationArn",
        call("CreateInfrastructureConfiguration",
             json::object{
                 {"name", name}, {"instanceProfileName", "profile"}, {"clientToken", token()}}));
}

std::string ServiceFixture::create_distribution(const std::string& name) {
    const auto in = [](const char* region) {
        return json::object{{"region", region},
                            {"amiDistributionConfiguration",
                             json::object{{"name", "web {{ imagebuilder:buildDate }}"}}}};
    };
    return text("distributionConfigurationArn",
                call("CreateDistributionConfiguration",
                     json::object{{"name", name},
                                  {"distributions", json::array{in("us-east-1"), in("us-west-2")}},
                                  {"clientToken", token()}}));
}

std::string ServiceFixture::create_image(const std::string& name) {
    const auto recipe = create_recipe(name, create_component(name));
    return text("imageBuildVersionArn",
                call("CreateImage",
                     json::object{{"imageRecipeArn", recipe},
                                  {"infrastructureConfigurationArn", create_infrastructure(name)},
                                  {"distributionConfigurationArn", create_distribution(name)},
                                  {"clientToken", token()}}));
}

std::string ServiceFixture::image_status(const std::string& image_arn) {
    return text("image.state.status",
                call("GetImage", json::object{{"imageBuildVersionArn", image_arn}}));
}

void ServiceFixture::set_image_status(const std::string& image_arn, const std::string& status) {
    database_->write([&](db::Transaction& transaction) {
        state::set_image_status(transaction, image_arn, status, std::nullopt, 0);
    });
}

}  // namespace goldsmith::service
