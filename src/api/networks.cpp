#include "api/networks.h"

#include <algorithm>

#include "base/hash.h"

namespace goldsmith::api {

namespace {

constexpr const char* default_name = "default";
constexpr std::size_t short_id_digits = 8;
constexpr std::size_t id_digits = 17;

/// What configurations written for AWS name may be the name of a network here.
bool is_id(const std::string& prefix, const std::string& name) {
    const std::string digits = name.starts_with(prefix) ? name.substr(prefix.size()) : "";
    return (digits.size() == short_id_digits || digits.size() == id_digits) &&
           digits.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string id_from(const std::string& prefix, const std::string& name) {
    return is_id(prefix, name)
               ? name
               : prefix + base::sha256_hex("named " + prefix + name).substr(0, id_digits);
}

template <class Named>
const Named* find(const std::vector<Named>& all, const std::string& name) {
    const auto found = std::ranges::find_if(all, [&](const Named& one) {
        return one.name == name || (!one.is_default() && one.id() == name);
    });
    return found == all.end() ? nullptr : &*found;
}

std::string ids_of(const DefaultNetwork& own, const NamedNetwork& network) {
    if (!network.is_default()) {
        return network.id();
    }
    std::string ids;
    for (const DefaultSubnet& subnet : own.subnets) {
        ids += (ids.empty() ? "" : ", ") + subnet.id;
    }
    return ids;
}

std::string ids_of(const DefaultNetwork& own, const NamedGroup& group) {
    return id_of(own, group);
}

template <class Named>
std::string known(const DefaultNetwork& own, const std::vector<Named>& all) {
    std::string list;
    for (const Named& one : all) {
        list += (list.empty() ? "" : ", ") + one.name + " (" + ids_of(own, one) + ")";
    }
    return list;
}

}  // namespace

bool NamedNetwork::is_default() const {
    return name == default_name;
}

std::string NamedNetwork::id() const {
    return id_from("subnet-", name);
}

bool NamedGroup::is_default() const {
    return name == default_name;
}

std::string NamedGroup::id() const {
    return id_from("sg-", name);
}

Networks::Networks(std::vector<NamedNetwork> networks, std::vector<NamedGroup> groups)
    : networks_(std::move(networks)), groups_(std::move(groups)) {
    if (std::ranges::none_of(networks_, &NamedNetwork::is_default)) {
        NamedNetwork usual{.name = default_name, .description = "User-mode NAT"};
        usual.network.name = default_name;
        usual.network.mode = runner::NetworkMode::nat;
        networks_.insert(networks_.begin(), std::move(usual));
    }
    if (std::ranges::none_of(groups_, &NamedGroup::is_default)) {
        groups_.insert(groups_.begin(),
                       NamedGroup{.name = default_name, .description = "Allows everything"});
    }
}

const NamedNetwork* Networks::network(const DefaultNetwork& own, const std::string& name) const {
    return find(networks_, own.subnet(name) != nullptr ? default_name : name);
}

const NamedGroup* Networks::group(const DefaultNetwork& own, const std::string& name) const {
    return find(groups_, name == own.group_id ? default_name : name);
}

std::string Networks::subnet_problem(const DefaultNetwork& own,
                                     const std::optional<std::string>& subnet) const {
    return !subnet || network(own, *subnet) != nullptr
               ? ""
               : "There is no subnet '" + *subnet + "': the networks of this server are " +
                     known(own, networks_) + ".";
}

std::string Networks::group_problem(const DefaultNetwork& own,
                                    const std::vector<std::string>& groups) const {
    for (const std::string& name : groups) {
        if (group(own, name) == nullptr) {
            return "There is no security group '" + name + "': the groups of this server are " +
                   known(own, groups_) + ".";
        }
    }
    return "";
}

runner::RunNetwork Networks::choose(const DefaultNetwork& own,
                                    const std::optional<std::string>& subnet,
                                    const std::vector<std::string>& groups) const {
    const NamedNetwork& chosen = *network(own, subnet.value_or(default_name));
    runner::RunNetwork result = chosen.network;
    runner::EgressList allowed;
    bool everything = false;
    for (const std::string& name :
         groups.empty() ? std::vector<std::string>{default_name} : groups) {
        const NamedGroup& one = *group(own, name);
        everything = everything || !one.egress;
        if (one.egress) {
            allowed.rules.insert(allowed.rules.end(), one.egress->begin(), one.egress->end());
        }
    }
    if (!everything) {
        if (!result.egress) {
            result.egress.emplace();
        }
        result.egress->push_back(std::move(allowed));
    }
    return result;
}

std::string id_of(const DefaultNetwork& own, const NamedGroup& group) {
    return group.is_default() ? own.group_id : group.id();
}

const Networks& unconfigured_networks() {
    static const Networks networks;
    return networks;
}

}  // namespace goldsmith::api
