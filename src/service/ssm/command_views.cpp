#include "service/ssm/command_views.h"

#include <algorithm>

#include "api/enumeration.h"
#include "api/generated/ssm/commands_json.h"
#include "service/body.h"
#include "service/milliseconds.h"
#include "service/ssm/command_request.h"

namespace goldsmith::service::ssm {

namespace model = api::ssm;

namespace {

/// What ListCommandInvocations shows of a plugin's output.
constexpr std::size_t most_listed_output = 2500;
constexpr std::string_view cut_mark = "\n---Output truncated---";

bool all(const std::vector<state::InvocationRow>& invocations, std::string_view status) {
    return std::ranges::all_of(invocations,
                               [&](const auto& each) { return each.status == status; });
}

bool any(const std::vector<state::InvocationRow>& invocations, std::string_view status) {
    return std::ranges::any_of(invocations,
                               [&](const auto& each) { return each.status == status; });
}

std::string status_of(const std::vector<state::InvocationRow>& invocations) {
    if (all(invocations, "Success")) {
        return "Success";
    }
    const bool open =
        std::ranges::any_of(invocations, [](const auto& each) { return each.is_open(); });
    if (open) {
        return any(invocations, "Cancelling") ? "Cancelling"
               : all(invocations, "Pending")  ? "Pending"
                                              : "InProgress";
    }
    for (const char* status : {"Failed", "TimedOut", "Cancelled"}) {
        if (any(invocations, status)) {
            return status;
        }
    }
    return "Failed";
}

std::string details_of(const std::vector<state::InvocationRow>& invocations,
                       const std::string& status) {
    if (invocations.empty()) {
        return "NoInstancesInTag";
    }
    const auto same =
        std::ranges::find_if(invocations, [&](const auto& each) { return each.status == status; });
    return same == invocations.end() ? status : same->status_details;
}

std::optional<base::Time> time_of(const std::optional<std::int64_t>& ms) {
    return ms ? std::optional(from_ms(*ms)) : std::nullopt;
}

/// "PT1.204S"
std::string elapsed(const state::InvocationRow& invocation) {
    if (!invocation.started_ms || !invocation.ended_ms) {
        return {};
    }
    const std::int64_t ms =
        std::max<std::int64_t>(0, *invocation.ended_ms - *invocation.started_ms);
    std::string fraction = std::to_string(ms % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return "PT" + std::to_string(ms / 1000) + "." + fraction + "S";
}

std::string shown_time(const std::optional<std::int64_t>& ms) {
    return ms ? base::format_iso8601(from_ms(*ms)) : std::string();
}

model::CommandPlugin plugin(const state::InvocationRow& invocation) {
    std::string output = invocation.standard_output;
    if (!invocation.standard_error.empty()) {
        output += "\n----------ERROR-------\n" + invocation.standard_error;
    }
    if (output.size() > most_listed_output) {
        std::size_t end = most_listed_output - cut_mark.size();
        while (end > 0 && (output[end] & '\xC0') == '\x80') {
            --end;  // not in the middle of a character
        }
        output = output.substr(0, end) + std::string(cut_mark);
    }
    return {.name = shell_script_plugin,
            .status = api::parse_enum<model::CommandPluginStatus>(invocation.status)
                          .value_or(model::CommandPluginStatus::in_progress),
            .status_details = invocation.status_details,
            .response_code = static_cast<std::int32_t>(invocation.response_code),
            .response_start_date_time = time_of(invocation.started_ms),
            .response_finish_date_time = time_of(invocation.ended_ms),
            .output = output};
}

}  // namespace

model::Command kept_command(const state::CommandRow& row) {
    return from_body<model::Command>(row.body);
}

model::Command command_view(const state::CommandRow& row,
                            const std::vector<state::InvocationRow>& invocations) {
    model::Command command = kept_command(row);
    const std::string status = status_of(invocations);
    const auto count = [&](auto predicate) {
        return static_cast<std::int32_t>(std::ranges::count_if(invocations, predicate));
    };
    command.status = api::parse_enum<model::CommandStatus>(status);
    command.status_details = details_of(invocations, status);
    command.target_count = static_cast<std::int32_t>(invocations.size());
    command.completed_count = count([](const auto& each) { return !each.is_open(); });
    command.error_count = count([](const auto& each) {
        return each.status == "Failed" || each.status_details == "ExecutionTimedOut";
    });
    command.delivery_timed_out_count =
        count([](const auto& each) { return each.status_details == "DeliveryTimedOut"; });
    return command;
}

model::CommandInvocation invocation_view(const state::CommandRow& command,
                                         const state::InvocationRow& invocation,
                                         bool with_details) {
    const model::Command kept = kept_command(command);
    model::CommandInvocation view{
        .command_id = invocation.command_id,
        .instance_id = invocation.instance_id,
        .instance_name = std::string(),
        .comment = kept.comment,
        .document_name = kept.document_name,
        .document_version = kept.document_version,
        .requested_date_time = from_ms(invocation.requested_ms),
        .status = api::parse_enum<model::CommandInvocationStatus>(invocation.status),
        .status_details = invocation.status_details,
        .command_plugins = std::vector<model::CommandPlugin>{}};
    if (with_details) {
        view.command_plugins->push_back(plugin(invocation));
    }
    return view;
}

model::GetCommandInvocationResponse invocation_answer(const state::CommandRow& command,
                                                      const state::InvocationRow& invocation) {
    const model::Command kept = kept_command(command);
    return {.command_id = invocation.command_id,
            .instance_id = invocation.instance_id,
            .comment = kept.comment.value_or(""),
            .document_name = kept.document_name,
            .document_version = kept.document_version,
            .plugin_name = shell_script_plugin,
            .response_code = static_cast<std::int32_t>(invocation.response_code),
            .execution_start_date_time = shown_time(invocation.started_ms),
            .execution_elapsed_time = elapsed(invocation),
            .execution_end_date_time = shown_time(invocation.ended_ms),
            .status = api::parse_enum<model::CommandInvocationStatus>(invocation.status),
            .status_details = invocation.status_details,
            .standard_output_content = invocation.standard_output,
            .standard_output_url = std::string(),
            .standard_error_content = invocation.standard_error,
            .standard_error_url = std::string()};
}

}  // namespace goldsmith::service::ssm
