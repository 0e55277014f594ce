// goldsmith account ls | create | root-key
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/clock.h"
#include "cli/command_line.h"
#include "cli/server_options.h"
#include "daemon/accounts.h"

namespace goldsmith::cli {

namespace {

struct AccountOptions {
    ServerOptions server;
    std::string name;
    std::string account;
};

int list(const AccountOptions& options) {
    const auto lines = daemon::list_accounts(options.server.config().data_directory);
    std::printf("%-12s  %-24s  %9s  %s\n", "ACCOUNT", "CREATED", "ROOT KEYS", "NAME");
    for (const auto& line : lines) {
        const auto created =
            base::format_iso8601(base::Time(std::chrono::milliseconds(line.created_ms)));
        std::printf("%-12s  %-24s  %9zu  %s\n", line.account.c_str(), created.c_str(),
                    line.active_root_keys, line.name.c_str());
    }
    return 0;
}

int show(const daemon::NewRootKey& key) {
    std::printf("account %s, root key %s\nexport AWS_SHARED_CREDENTIALS_FILE=%s\n",
                key.account.c_str(), key.access_key_id.c_str(), key.credentials_file.c_str());
    return 0;
}

int create(const AccountOptions& options) {
    return show(daemon::create_account(options.server.config().data_directory, options.name,
                                       options.account));
}

int replace(const AccountOptions& options) {
    return show(daemon::replace_root_key(options.server.config().data_directory, options.account));
}

}  // namespace

void add_account(CLI::App& app, Run& run) {
    auto options = std::make_shared<AccountOptions>();
    CLI::App* command =
        app.add_subcommand("account", "List and create accounts, replace their root keys");
    command->require_subcommand(1);
    const auto add = [&](const char* name, const char* help,
                         int (*function)(const AccountOptions&)) {
        CLI::App* sub = command->add_subcommand(name, help);
        options->server.add_to(*sub);
        sub->callback([options, &run, function] { run = [=] { return function(*options); }; });
        return sub;
    };
    add("ls", "List the accounts", list);
    CLI::App* creating = add("create", "Make an account with a root key of its own", create);
    creating->add_option("name", options->name, "What people call it")->required();
    creating->add_option("--account-id", options->account, "12 digits (default: random)");
    CLI::App* replacing =
        add("root-key", "Make a new root key; the account's old root keys end at once", replace);
    replacing->add_option("account", options->account, "12 digits")->required();
}

}  // namespace goldsmith::cli
