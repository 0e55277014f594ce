// Commands of Systems Manager and their invocations, one for each instance. Written by service/ssm
// (SendCommand, CancelCommand) and by controllers/, which carries them out. Functions run on the
// connection they are given. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

struct CommandRow {
    std::int64_t id = 0;
    std::string command_id{};  // a UUID
    Scope scope{};
    std::int64_t requested_ms = 0;
    std::int64_t expires_ms = 0;  // not begun by then: timed out
    std::string body = "{}";      // the API's JSON of the request
    bool operator==(const CommandRow&) const = default;
};

struct InvocationRow {
    std::int64_t id = 0;
    std::string command_id{};
    Scope scope{};
    std::string instance_id{};
    std::int64_t requested_ms = 0;
    std::string status = "Pending";  // the API's
    std::string status_details = "Pending";
    bool is_cancelled = false;  // CancelCommand asked
    std::string run_id{};       // the run that it was handed to; empty: none yet
    std::optional<std::int64_t> started_ms{};
    std::optional<std::int64_t> ended_ms{};
    std::int64_t response_code = -1;
    std::string standard_output{};
    std::string standard_error{};
    bool operator==(const InvocationRow&) const = default;

    bool is_open() const { return !ended_ms; }
};

void insert_command(db::Connection& connection, const CommandRow& command);
std::optional<CommandRow> find_command(db::Connection& connection, const Scope& scope,
                                       std::string_view command_id);
/// Newest first; `before` is the id of the last row of the page before.
std::vector<CommandRow> page_commands(db::Connection& connection, const Scope& scope,
                                      std::int64_t before, int limit);
/// With their invocations.
void erase_commands_before(db::Connection& connection, std::int64_t requested_before_ms);

void insert_invocation(db::Connection& connection, const InvocationRow& invocation);
/// Everything but its identity.
void update_invocation(db::Connection& connection, const InvocationRow& invocation);
std::optional<InvocationRow> find_invocation(db::Connection& connection,
                                             std::string_view command_id,
                                             std::string_view instance_id);
std::vector<InvocationRow> invocations_of(db::Connection& connection, std::string_view command_id);
std::vector<InvocationRow> page_invocations(db::Connection& connection, const Scope& scope,
                                            std::int64_t before, int limit);
/// Those that have not ended, oldest first.
std::vector<InvocationRow> open_invocations(db::Connection& connection);

}  // namespace goldsmith::state
