// goldsmith iam simulate: what policies decide, and why, without a server.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/command_line.h"
#include "cli/simulation.h"

namespace goldsmith::cli {

void add_iam(CLI::App& app, Run& run) {
    CLI::App* command = app.add_subcommand("iam", "Ask what policies decide");
    command->require_subcommand(1);
    auto asked = std::make_shared<Simulation>();
    CLI::App* sub = command->add_subcommand(
        "simulate", "Decide a request by policies from files and say why; exit 1 when denied");
    sub->add_option("--policy", asked->policies, "Identity policies (JSON files)")
        ->check(CLI::ExistingFile);
    sub->add_option("--boundary", asked->boundary, "Permission boundary")->check(CLI::ExistingFile);
    sub->add_option("--session-policy", asked->session_policies, "Session policies")
        ->check(CLI::ExistingFile);
    auto* resource_policy =
        sub->add_option("--resource-policy", asked->resource_policy, "The policy on the resource")
            ->check(CLI::ExistingFile);
    sub->add_option("--trust-policy", asked->trust_policy, "The trust policy of the role")
        ->check(CLI::ExistingFile)
        ->excludes(resource_policy);
    sub->add_option("--action", asked->actions, "Such as imagebuilder:GetImage")->required();
    sub->add_option("--resource", asked->resources, "ARNs (default: *)");
    sub->add_option("--context", asked->context, "Condition keys, key=value");
    sub->add_option("--principal", asked->principal,
                    "ARN of the caller, or a service (default: a user of the resource's account)");
    sub->callback([asked, &run] {
        run = [=] {
            const SimulationResult result = simulate(*asked);
            std::fputs(result.text.c_str(), stdout);
            return result.all_allowed ? 0 : 1;
        };
    });
}

}  // namespace goldsmith::cli
