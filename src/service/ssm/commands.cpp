#include "service/ssm/commands.h"

#include <algorithm>

#include "api/generated/ssm/commands_json.h"
#include "api/generated/ssm/errors.h"
#include "base/random.h"
#include "db/database.h"
#include "service/body.h"
#include "service/listing.h"
#include "service/milliseconds.h"
#include "service/ssm/command_request.h"
#include "service/ssm/command_views.h"
#include "state/commands.h"

namespace goldsmith::service::ssm {

namespace model = api::ssm;

namespace {

constexpr std::size_t usual_page = 50;

state::Scope scope_of(const api::CallContext& context) {
    return {context.account, context.region};
}

state::CommandRow require_command(db::Connection& connection, const api::CallContext& context,
                                  const std::string& id) {
    auto command = state::find_command(connection, scope_of(context), id);
    if (!command) {
        throw model::InvalidCommandId("The command '" + id + "' does not exist.");
    }
    return std::move(*command);
}

model::Command new_command(const api::CallContext& context,
                           const model::SendCommandRequest& request, const std::string& id,
                           const std::vector<std::string>& instances) {
    const std::int64_t timeout = request.timeout_seconds.value_or(default_timeout_seconds);
    return {.command_id = id,
            .document_name = require_document(request.document_name),
            .document_version = request.document_version.value_or("$DEFAULT"),
            .comment = request.comment.value_or(""),
            .expires_after = context.now + std::chrono::seconds(timeout),
            .parameters = request.parameters,
            .instance_ids = request.instance_ids ? instances : std::vector<std::string>{},
            .targets = request.targets.value_or(std::vector<model::Target>{}),
            .requested_date_time = context.now,
            .max_concurrency = request.max_concurrency.value_or("50"),
            .max_errors = request.max_errors.value_or("0"),
            .timeout_seconds = static_cast<std::int32_t>(timeout)};
}

/// A command or an invocation as the filters of both lists see it.
struct Filtered {
    base::Time requested;
    std::string status, document;
    bool is_open;
};

base::Time moment(const std::string& text) {
    const auto time = base::parse_iso8601(text);
    if (!time) {
        throw model::InvalidFilterValue("'" + text + "' is no time such as 2026-11-25T22:00:00Z.");
    }
    return *time;
}

bool passes(const std::optional<std::vector<model::CommandFilter>>& filters, const Filtered& item) {
    return std::ranges::all_of(filters.value_or(std::vector<model::CommandFilter>{}),
                               [&](const model::CommandFilter& filter) {
                                   switch (filter.key) {
                                       case model::CommandFilterKey::invoked_after:
                                           return item.requested > moment(filter.value);
                                       case model::CommandFilterKey::invoked_before:
                                           return item.requested < moment(filter.value);
                                       case model::CommandFilterKey::status:
                                           return item.status == filter.value;
                                       case model::CommandFilterKey::execution_stage:
                                           return item.is_open == (filter.value == "Executing");
                                       case model::CommandFilterKey::document_name:
                                           return item.document == filter.value;
                                   }
                                   return false;
                               });
}

bool runs_on(const std::vector<state::InvocationRow>& invocations,
             const std::optional<std::string>& instance) {
    return !instance || std::ranges::any_of(invocations, [&](const auto& each) {
        return each.instance_id == *instance;
    });
}

/// One page of rows, newest first.
template <class Request, class Fetch, class Keep>
auto list_page(const Dependencies& dependencies, const api::CallContext& context,
               std::string_view operation, const Request& request, Fetch fetch, Keep keep) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page = api::page_request<model::InvalidNextToken>(dependencies.page_tokens, scope,
                                                                 request, usual_page);
    auto rows = rows_of_page(
        page, fetch, [](const auto& row) { return row.id; }, keep);
    return api::cut_page(dependencies.page_tokens, scope, page, std::move(rows),
                         [](const auto& row) { return std::to_string(row.id); });
}

/// Nobody has handed it over yet: it ends here; else whoever runs it is asked to end it.
void cancel(db::Connection& connection, state::InvocationRow invocation, base::Time now) {
    if (!invocation.is_open()) {
        return;
    }
    invocation.is_cancelled = true;
    const bool waits = invocation.run_id.empty();
    invocation.status = waits ? "Cancelled" : "Cancelling";
    invocation.status_details = invocation.status;
    if (waits) {
        invocation.ended_ms = to_ms(now);
    }
    state::update_invocation(connection, invocation);
}

}  // namespace

model::SendCommandResponse CommandFamily::send_command(const api::CallContext& context,
                                                       const model::SendCommandRequest& request) {
    require_document(request.document_name);
    check_parameters(request);
    const std::string id = base::make_uuid(dependencies_.random);
    auto response = dependencies_.database.write([&](db::Transaction& transaction) {
        const auto instances = instances_of(transaction, context, request);
        const model::Command command = new_command(context, request, id, instances);
        const state::CommandRow row{.command_id = id,
                                    .scope = scope_of(context),
                                    .requested_ms = to_ms(context.now),
                                    .expires_ms = to_ms(*command.expires_after),
                                    .body = to_body(command)};
        state::insert_command(transaction, row);
        for (const std::string& instance : instances) {
            state::insert_invocation(transaction, {.command_id = id,
                                                   .scope = row.scope,
                                                   .instance_id = instance,
                                                   .requested_ms = row.requested_ms});
        }
        return model::SendCommandResponse{
            .command = command_view(row, state::invocations_of(transaction, id))};
    });
    dependencies_.work_is_there();
    return response;
}

model::GetCommandInvocationResponse CommandFamily::get_command_invocation(
    const api::CallContext& context, const model::GetCommandInvocationRequest& request) {
    if (request.plugin_name && *request.plugin_name != shell_script_plugin) {
        throw model::InvalidPluginName("The command has no plugin '" + *request.plugin_name +
                                       "': its only one is " + shell_script_plugin + ".");
    }
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto command = state::find_command(connection, scope_of(context), request.command_id);
        const auto invocation =
            command ? state::find_invocation(connection, request.command_id, request.instance_id)
                    : std::nullopt;
        if (!invocation) {
            throw model::InvocationDoesNotExist("The command '" + request.command_id +
                                                "' was not sent to " + request.instance_id + ".");
        }
        return invocation_answer(*command, *invocation);
    });
}

model::ListCommandsResponse CommandFamily::list_commands(
    const api::CallContext& context, const model::ListCommandsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        if (request.command_id) {
            require_command(connection, context, *request.command_id);
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_commands(connection, scope_of(context), before, limit);
        };
        const auto keep = [&](const state::CommandRow& row) {
            const auto invocations = state::invocations_of(connection, row.command_id);
            const auto view = command_view(row, invocations);
            const Filtered item{
                from_ms(row.requested_ms), std::string(to_string(*view.status)),
                view.document_name.value_or(""),
                std::ranges::any_of(invocations, [](const auto& each) { return each.is_open(); })};
            return (!request.command_id || *request.command_id == row.command_id) &&
                   runs_on(invocations, request.instance_id) && passes(request.filters, item);
        };
        auto page = list_page(dependencies_, context, "ListCommands", request, fetch, keep);
        model::ListCommandsResponse response{.commands = std::vector<model::Command>{},
                                             .next_token = page.next_token};
        for (const auto& row : page.items) {
            response.commands->push_back(
                command_view(row, state::invocations_of(connection, row.command_id)));
        }
        return response;
    });
}

model::ListCommandInvocationsResponse CommandFamily::list_command_invocations(
    const api::CallContext& context, const model::ListCommandInvocationsRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        if (request.command_id) {
            require_command(connection, context, *request.command_id);
        }
        const auto fetch = [&](std::int64_t before, int limit) {
            return state::page_invocations(connection, scope_of(context), before, limit);
        };
        const auto keep = [&](const state::InvocationRow& row) {
            return (!request.command_id || *request.command_id == row.command_id) &&
                   (!request.instance_id || *request.instance_id == row.instance_id) &&
                   passes(request.filters, {from_ms(row.requested_ms), row.status,
                                            shell_script_document, row.is_open()});
        };
        auto page =
            list_page(dependencies_, context, "ListCommandInvocations", request, fetch, keep);
        model::ListCommandInvocationsResponse response{
            .command_invocations = std::vector<model::CommandInvocation>{},
            .next_token = page.next_token};
        for (const auto& row : page.items) {
            const auto command = require_command(connection, context, row.command_id);
            response.command_invocations->push_back(
                invocation_view(command, row, request.details.value_or(false)));
        }
        return response;
    });
}

model::CancelCommandResponse CommandFamily::cancel_command(
    const api::CallContext& context, const model::CancelCommandRequest& request) {
    const auto ids = request.instance_ids.value_or(std::vector<std::string>{});
    dependencies_.database.write([&](db::Transaction& transaction) {
        require_command(transaction, context, request.command_id);
        for (const std::string& id : ids) {
            if (!state::find_invocation(transaction, request.command_id, id)) {
                throw model::InvalidInstanceId("The command was not sent to " + id + ".");
            }
        }
        for (auto& invocation : state::invocations_of(transaction, request.command_id)) {
            if (ids.empty() || std::ranges::find(ids, invocation.instance_id) != ids.end()) {
                cancel(transaction, std::move(invocation), context.now);
            }
        }
    });
    dependencies_.work_is_there();
    return {};
}

}  // namespace goldsmith::service::ssm
