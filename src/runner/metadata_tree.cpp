#include <algorithm>
#include <boost/json.hpp>

#include "base/encoding.h"
#include "base/hash.h"
#include "instances/network/filter.h"
#include "runner/metadata_service.h"

namespace goldsmith::runner {

namespace json = boost::json;

namespace {

/// Of the instance: locally administered, the same at each start.
std::string mac_of(const std::string& instance_id) {
    const std::string digest = base::sha256_hex("mac " + instance_id);
    std::string mac = "02";
    for (std::size_t i = 0; i < 10; i += 2) {
        mac += ":" + digest.substr(i, 2);
    }
    return mac;
}

/// QEMU's user-mode network has an address of its own for its guest.
std::string address_of(const api::runner::RunSpec& spec) {
    return spec.driver == api::runner::Driver::vm ? "10.0.2.15" : instances::kGuestAddress;
}

std::string host_name(const api::runner::RunSpec& spec) {
    std::string dashed = address_of(spec);
    std::replace(dashed.begin(), dashed.end(), '.', '-');
    return "ip-" + dashed + ".internal";
}

std::string without_fraction(base::Time time) {
    return base::format_iso8601(time).substr(0, 19) + "Z";
}

std::string identity_document(const api::runner::RunSpec& spec) {
    const api::runner::MetadataFacts& facts = *spec.metadata;
    return json::serialize(json::object{{"accountId", spec.account_id},
                                        {"architecture", "x86_64"},
                                        {"availabilityZone", facts.availability_zone},
                                        {"billingProducts", nullptr},
                                        {"devpayProductCodes", nullptr},
                                        {"marketplaceProductCodes", nullptr},
                                        {"imageId", facts.image_id},
                                        {"instanceId", spec.instance_id},
                                        {"instanceType", spec.instance_type},
                                        {"kernelId", nullptr},
                                        {"pendingTime", without_fraction(facts.launch_time)},
                                        {"privateIp", address_of(spec)},
                                        {"ramdiskId", nullptr},
                                        {"region", spec.region},
                                        {"version", "2017-09-30"}});
}

/// A key that is a path of its own cannot be shown as one.
bool is_plain(const std::string& key) {
    return !key.empty() && key != "." && key != ".." && key.find_first_of("/ \n") == key.npos;
}

void add_role(const api::runner::MetadataFacts& facts, std::map<std::string, std::string>& tree) {
    if (!facts.instance_profile_arn) {
        return;
    }
    tree["meta-data/iam/info"] = json::serialize(
        json::object{{"Code", "Success"},
                     {"LastUpdated", without_fraction(facts.launch_time)},
                     {"InstanceProfileArn", *facts.instance_profile_arn},
                     {"InstanceProfileId", facts.instance_profile_id.value_or("")}});
    if (facts.role_name) {
        // The value is made at each request.
        tree["meta-data/iam/security-credentials/" + *facts.role_name] = "";
    }
}

}  // namespace

std::map<std::string, std::string> metadata_tree(const api::runner::RunSpec& spec) {
    const api::runner::MetadataFacts& facts = *spec.metadata;
    const std::string meta = "meta-data/";
    std::map<std::string, std::string> tree;
    tree[meta + "ami-id"] = facts.image_id;
    tree[meta + "ami-launch-index"] = "0";
    tree[meta + "hostname"] = host_name(spec);
    tree[meta + "local-hostname"] = host_name(spec);
    tree[meta + "instance-action"] = "none";
    tree[meta + "instance-id"] = spec.instance_id;
    tree[meta + "instance-life-cycle"] = "on-demand";
    tree[meta + "instance-type"] = spec.instance_type;
    tree[meta + "local-ipv4"] = address_of(spec);
    tree[meta + "mac"] = mac_of(spec.instance_id);
    tree[meta + "placement/availability-zone"] = facts.availability_zone;
    tree[meta + "placement/region"] = spec.region;
    tree[meta + "profile"] = "default-hvm";
    tree[meta + "services/domain"] = "amazonaws.com";
    tree[meta + "services/partition"] = "aws";
    std::string groups;
    for (const std::string& group :
         facts.security_groups.value_or(std::vector<std::string>{"default"})) {
        groups += (groups.empty() ? "" : "\n") + group;
    }
    tree[meta + "security-groups"] = groups;
    for (const auto& [key, value] : facts.tags.value_or(std::map<std::string, std::string>{})) {
        if (is_plain(key)) {
            tree[meta + "tags/instance/" + key] = value;
        }
    }
    add_role(facts, tree);
    tree["dynamic/instance-identity/document"] = identity_document(spec);
    if (spec.user_data) {
        tree["user-data"] = base::base64_decode(*spec.user_data).value_or(*spec.user_data);
    }
    return tree;
}

}  // namespace goldsmith::runner
