// The named networks and security groups of a server's configuration (docs/networks.md), as the API
// shows them: each has an id and may be named by either. The network and the group `default` have
// the ids of each account's default network (default_network.h); all others are the same for every
// account and region. What subnetId and securityGroupIds choose follows from them. Immutable,
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/default_network.h"
#include "api/generated/runner/run_types.h"

namespace goldsmith::api {

struct NamedNetwork {
    std::string name{};
    std::string description{};
    /// What DescribeSubnets shows.
    std::string cidr = "10.0.2.0/24";
    runner::RunNetwork network{};

    bool is_default() const;
    /// Of those that are not `default`: "subnet-" and 17 hexadecimal digits, or the name where it
    /// is such an id already.
    std::string id() const;
};

struct NamedGroup {
    std::string name{};
    std::string description{};
    /// Nothing: it allows everything.
    std::optional<std::vector<runner::EgressRule>> egress{};

    bool is_default() const;
    /// As above, "sg-".
    std::string id() const;
};

class Networks {
public:
    /// Adds a network and a group `default` where they are not among them.
    explicit Networks(std::vector<NamedNetwork> networks = {}, std::vector<NamedGroup> groups = {});

    const std::vector<NamedNetwork>& networks() const { return networks_; }
    const std::vector<NamedGroup>& groups() const { return groups_; }
    /// By name or id, for the account and region whose default network `own` is; null: there is
    /// none.
    const NamedNetwork* network(const DefaultNetwork& own, const std::string& name) const;
    const NamedGroup* group(const DefaultNetwork& own, const std::string& name) const;

    /// What is wrong with a choice ("There is no subnet 'x': ..."), naming what there is; empty
    /// when nothing is.
    std::string subnet_problem(const DefaultNetwork& own,
                               const std::optional<std::string>& subnet) const;
    std::string group_problem(const DefaultNetwork& own,
                              const std::vector<std::string>& groups) const;
    /// The network for a choice without problems: the subnet's (or `default`), limited to what one
    /// of the groups (none: `default`) allows.
    runner::RunNetwork choose(const DefaultNetwork& own, const std::optional<std::string>& subnet,
                              const std::vector<std::string>& groups) const;

private:
    std::vector<NamedNetwork> networks_;
    std::vector<NamedGroup> groups_;
};

/// The group's id for that account and region.
std::string id_of(const DefaultNetwork& own, const NamedGroup& group);
/// Those of a server without configuration.
const Networks& unconfigured_networks();

}  // namespace goldsmith::api
