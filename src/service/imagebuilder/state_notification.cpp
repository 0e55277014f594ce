#include "service/imagebuilder/state_notification.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <ctime>

#include "api/generated/imagebuilder/images_json.h"
#include "base/clock.h"
#include "service/imagebuilder/image_views.h"
#include "service/milliseconds.h"
#include "service/sns/messages.h"

namespace goldsmith::service::imagebuilder {

namespace json = boost::json;

namespace {

constexpr std::string_view semver_mark = "@semver@";  // JSON numbers of 120 bits are text to us

/// Dates at any depth in the form of notifications.
void rewrite_dates(json::value& tree) {
    if (auto* list = tree.if_array()) {
        std::for_each(list->begin(), list->end(), rewrite_dates);
    } else if (auto* object = tree.if_object()) {
        for (auto& member : *object) {
            const auto time = member.key() == "dateCreated" && member.value().is_string()
                                  ? base::parse_iso8601(member.value().as_string())
                                  : std::nullopt;
            if (time) {
                member.value() = notification_date(*time);
            } else {
                rewrite_dates(member.value());
            }
        }
    }
}

void copy_member(const json::object& from, const char* name, json::object& to,
                 const char* as = nullptr) {
    if (const auto* value = from.if_contains(name)) {
        to[as == nullptr ? name : as] = *value;
    }
}

void add_account(json::object& message, const char* part, const std::string& account) {
    if (auto* object = message.if_contains(part)) {
        object->as_object()["accountId"] = account;
    }
}

std::string without_version(const std::string& arn) {
    const auto build = arn.rfind('/');
    return arn.substr(0, arn.rfind('/', build - 1));
}

std::string message_of(const json::object& image, const state::ImageRow& row) {
    const std::string arn(image.at("arn").as_string());
    const std::string& account = row.row.scope.account;
    json::object message{{"versionlessArn", without_version(arn)}, {"semver", semver_mark}};
    copy_member(image, "arn", message);
    copy_member(image, "name", message);
    message["version"] = row.row.version.semantic_text();
    copy_member(image, "type", message);
    message["buildVersion"] = row.row.version.build;
    copy_member(image, "state", message);
    for (const char* name : {"platform", "imageRecipe", "containerRecipe", "sourcePipelineArn",
                             "infrastructureConfiguration"}) {
        copy_member(image, name, message);
    }
    copy_member(image, "imageTestsConfiguration", message, "imageTestsConfigurationDocument");
    copy_member(image, "distributionConfiguration", message);
    copy_member(image, "dateCreated", message);
    json::object none{{"amis", json::array()}};
    message["outputResources"] =
        image.contains("outputResources") ? image.at("outputResources") : json::value(none);
    message["accountId"] = account;
    for (const char* name : {"osVersion", "enhancedImageMetadataEnabled", "buildType", "tags"}) {
        copy_member(image, name, message);
    }
    for (const char* part : {"imageRecipe", "containerRecipe", "infrastructureConfiguration",
                             "distributionConfiguration"}) {
        add_account(message, part, account);
    }
    json::value tree(std::move(message));
    rewrite_dates(tree);
    std::string text = json::serialize(tree);
    const std::string quoted = '"' + std::string(semver_mark) + '"';
    return text.replace(text.find(quoted), quoted.size(), packed_version(row.row.version));
}

}  // namespace

void notify_of_image_state(db::Connection& connection, base::Random& random,
                           const state::ImageRow& row, std::int64_t now_ms) {
    if (row.status != "AVAILABLE" && row.status != "FAILED") {
        return;
    }
    const api::CallContext owner{.account = row.row.scope.account, .region = row.row.scope.region};
    const auto image = to_json(view_image(connection, owner, row));
    const auto* infrastructure = image.if_contains("infrastructureConfiguration");
    const auto* arn = infrastructure == nullptr
                          ? nullptr
                          : infrastructure->as_object().if_contains("snsTopicArn");
    const auto topic = arn == nullptr
                           ? std::nullopt
                           : sns::topic_of_arn(connection, std::string(arn->as_string()));
    // A topic of another account would need to have allowed it, and topics have no policies here.
    if (!topic || topic->scope.account != owner.account) {
        return;
    }
    sns::publish(connection, random, *topic, {.message = message_of(image, row), .now_ms = now_ms});
}

std::string packed_version(const api::Version& version) {
    constexpr int bits = 30;
    unsigned __int128 packed = 0;
    for (const auto part : {version.major, version.minor, version.patch, version.build}) {
        packed = (packed << bits) | static_cast<unsigned __int128>(part);
    }
    std::string text;
    do {
        text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(packed % 10)));
        packed /= 10;
    } while (packed > 0);
    return text;
}

std::string notification_date(base::Time time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const auto size = std::strftime(text.data(), text.size(), "%b %-d, %Y %-I:%M:%S %p", &parts);
    return {text.data(), size};
}

}  // namespace goldsmith::service::imagebuilder
