#include "service/ssm/command_request.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "api/generated/ssm/errors.h"
#include "service/listing.h"
#include "state/instances.h"
#include "state/tags.h"

namespace goldsmith::service::ssm {

namespace model = api::ssm;

namespace {

/// Two days, as the document says.
constexpr std::int64_t most_execution_seconds = 172800;
constexpr std::size_t most_script_bytes = 256 * 1024;
constexpr std::size_t most_instances = 50;

void require_single(const std::string& name, const std::vector<std::string>& values) {
    if (values.size() != 1) {
        throw model::InvalidParameters("The parameter '" + name + "' of " + shell_script_document +
                                       " takes one value.");
    }
}

void check_commands(const std::vector<std::string>& commands) {
    std::size_t bytes = 0;
    for (const std::string& line : commands) {
        bytes += line.size() + 1;
    }
    if (commands.empty() || bytes > most_script_bytes) {
        throw model::InvalidParameters(
            "The parameter 'commands' needs at least one line and at most 256 KiB.");
    }
}

void check_timeout(const std::string& text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 1 ||
        seconds > most_execution_seconds) {
        throw model::InvalidParameters(
            "The parameter 'executionTimeout' is a number of seconds from 1 to 172800, not '" +
            text + "'.");
    }
}

bool is_running(const state::InstanceRow& row, const api::CallContext& context) {
    return row.owner == context.account && !row.wanted.empty() && row.state == "running";
}

bool matches(db::Connection& connection, const state::InstanceRow& row,
             const model::Target& target) {
    const std::string key = target.key.value_or("");
    const auto values = target.values.value_or(std::vector<std::string>{});
    const auto is_meant = [&](const std::string& value) {
        return std::find(values.begin(), values.end(), value) != values.end();
    };
    if (key == "InstanceIds" || key == "instanceids") {
        return is_meant(row.instance_id);
    }
    const auto tags =
        state::tags_of(connection, state::ec2_arn(row.region, "instance", row.instance_id));
    if (key == "tag-key") {
        return std::ranges::any_of(tags, [&](const auto& tag) { return is_meant(tag.first); });
    }
    const auto tag = tags.find(key.substr(4));
    return tag != tags.end() && is_meant(tag->second);
}

void check_target(const model::Target& target) {
    const std::string key = target.key.value_or("");
    if (key != "InstanceIds" && key != "instanceids" && key != "tag-key" &&
        !key.starts_with("tag:")) {
        throw model::InvalidParameters("The target key '" + key +
                                       "' is not offered: InstanceIds, tag-key and tag:<key> are.");
    }
    if (!target.values || target.values->empty()) {
        throw model::InvalidParameters("The target '" + key + "' has no values.");
    }
}

std::vector<std::string> targeted(db::Connection& connection, const api::CallContext& context,
                                  const std::vector<model::Target>& targets) {
    std::ranges::for_each(targets, check_target);
    std::vector<std::string> ids;
    visit_rows(
        [&](std::int64_t before, int limit) {
            return state::page_instances(connection, context.region, before, limit);
        },
        [](const state::InstanceRow& row) { return row.id; },
        [&](const state::InstanceRow& row) {
            if (is_running(row, context) && std::ranges::all_of(targets, [&](const auto& target) {
                    return matches(connection, row, target);
                })) {
                ids.push_back(row.instance_id);
            }
            return ids.size() < most_instances;
        });
    return ids;
}

}  // namespace

std::string require_document(const std::string& name) {
    std::string short_name = name;
    if (name.starts_with("arn:")) {
        short_name = name.substr(name.rfind('/') + 1);
    }
    if (short_name != shell_script_document) {
        throw model::InvalidDocument("The document '" + short_name +
                                     "' does not exist on this server, which knows "
                                     "AWS-RunShellScript.");
    }
    return short_name;
}

void check_parameters(const model::SendCommandRequest& request) {
    if (request.output_s3_bucket_name || request.output_s3_key_prefix) {
        throw model::InvalidParameters(
            "Output is not written to buckets by this server: leave OutputS3BucketName out and "
            "read it with GetCommandInvocation.");
    }
    if (request.cloud_watch_output_config &&
        request.cloud_watch_output_config->cloud_watch_output_enabled.value_or(false)) {
        throw model::InvalidParameters(
            "Output is not written to log groups by this server: leave CloudWatchOutputConfig out "
            "and read it with GetCommandInvocation.");
    }
    bool has_commands = false;
    for (const auto& [name, values] :
         request.parameters.value_or(std::map<std::string, std::vector<std::string>>{})) {
        if (name == "commands") {
            check_commands(values);
            has_commands = true;
        } else if (name == "workingDirectory") {
            require_single(name, values);
        } else if (name == "executionTimeout") {
            require_single(name, values);
            check_timeout(values.front());
        } else {
            throw model::InvalidParameters("The document AWS-RunShellScript has no parameter '" +
                                           name +
                                           "': commands, workingDirectory and executionTimeout.");
        }
    }
    if (!has_commands) {
        throw model::InvalidParameters(
            "The document AWS-RunShellScript needs the parameter 'commands'.");
    }
}

std::vector<std::string> instances_of(db::Connection& connection, const api::CallContext& context,
                                      const model::SendCommandRequest& request) {
    const auto ids = request.instance_ids.value_or(std::vector<std::string>{});
    const auto targets = request.targets.value_or(std::vector<model::Target>{});
    if (ids.empty() == targets.empty()) {
        throw model::InvalidInstanceId(
            "A command takes either instance ids (InstanceIds) or targets (Targets).");
    }
    if (ids.empty()) {
        return targeted(connection, context, targets);
    }
    if (std::set<std::string>(ids.begin(), ids.end()).size() != ids.size()) {
        throw model::DuplicateInstanceId("An instance is named twice.");
    }
    std::string wrong;
    for (const std::string& id : ids) {
        const auto row = state::find_instance(connection, context.region, id);
        if (!row || !is_running(*row, context)) {
            wrong += (wrong.empty() ? "" : ", ") + id;
        }
    }
    if (!wrong.empty()) {
        throw model::InvalidInstanceId("Instances [[" + wrong +
                                       "]] not in a valid state for account " + context.account +
                                       ": commands are run on instances that are running.");
    }
    return ids;
}

}  // namespace goldsmith::service::ssm
