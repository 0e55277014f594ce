#include "runner/guest_network.h"

#include <boost/json.hpp>

#include "api/generated/runner/run_json.h"
#include "base/error.h"
#include "base/random.h"

namespace goldsmith::runner {

namespace model = api::runner;

namespace {

constexpr std::uint16_t kHttp = 80;
constexpr std::uint64_t kMostCredentialBytes = 64 * 1024;

instances::NetworkMode mode_of(model::NetworkMode mode) {
    switch (mode) {
        case model::NetworkMode::isolated:
            return instances::NetworkMode::isolated;
        case model::NetworkMode::bridge:
            return instances::NetworkMode::bridge;
        case model::NetworkMode::nat:
            break;
    }
    return instances::NetworkMode::nat;
}

instances::Protocol protocol_of(const std::optional<model::EgressProtocol>& protocol) {
    switch (protocol.value_or(model::EgressProtocol::all)) {
        case model::EgressProtocol::tcp:
            return instances::Protocol::tcp;
        case model::EgressProtocol::udp:
            return instances::Protocol::udp;
        case model::EgressProtocol::icmp:
            return instances::Protocol::icmp;
        case model::EgressProtocol::all:
            break;
    }
    return instances::Protocol::any;
}

/// A port that is none allows nothing rather than everything.
std::uint16_t port_of(const std::optional<std::int32_t>& port) {
    const std::int32_t value = port.value_or(0);
    if (value < 0 || value > 65535) {
        throw base::Error(std::to_string(value) + " in the run's network is no port");
    }
    return static_cast<std::uint16_t>(value);
}

std::optional<model::RoleCredentials> read_credentials(const base::Path& file) {
    try {
        const auto text = base::read_file_if_exists(file, kMostCredentialBytes);
        if (!text) {
            return std::nullopt;
        }
        model::RoleCredentials credentials;
        model::from_json(boost::json::parse(*text).as_object(), credentials);
        return credentials;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace

instances::NetworkSettings network_settings(const model::RunSpec& spec) {
    instances::NetworkSettings settings;
    if (!spec.network) {
        return settings;
    }
    const model::RunNetwork& network = *spec.network;
    settings.name = network.name;
    settings.mode = mode_of(network.mode);
    settings.host_access = network.host_access.value_or(false);
    settings.bridge = network.bridge.value_or("");
    settings.bridge_addresses = network.bridge_addresses.value_or(std::vector<std::string>{});
    settings.bridge_router = network.bridge_router.value_or("");
    for (const model::EgressList& list :
         network.egress.value_or(std::vector<model::EgressList>{})) {
        instances::EgressList& rules = settings.egress.emplace_back();
        for (const model::EgressRule& rule : list.rules) {
            rules.push_back({rule.host.value_or(""), rule.cidr.value_or(""),
                             protocol_of(rule.protocol), port_of(rule.from_port),
                             port_of(rule.to_port)});
        }
    }
    return settings;
}

std::map<std::string, std::string> network_environment(const model::RunSpec& spec) {
    std::map<std::string, std::string> values;
    if (spec.api_endpoint_file) {
        const std::string url = std::string("http://") + instances::kApiAddress;
        values["AWS_ENDPOINT_URL"] = url;
        values["AWSTOE_IMAGEBUILDER_ENDPOINT"] = url;
    }
    values["AWS_REGION"] = values["AWS_DEFAULT_REGION"] = spec.region;
    values["AWS_ACCOUNT_ID"] = spec.account_id;
    if (!spec.metadata) {
        values["AWS_EC2_METADATA_DISABLED"] = "true";
    }
    if (spec.network && spec.network->proxy) {
        for (const char* name : {"http_proxy", "HTTP_PROXY"}) {
            values[name] = std::string("http://") + instances::kApiAddress + ":" +
                           std::to_string(instances::kProxyPort);
        }
        for (const char* name : {"no_proxy", "NO_PROXY"}) {
            values[name] = std::string(instances::kMetadataAddress) + "," + instances::kApiAddress +
                           ",127.0.0.1,localhost";
        }
    }
    for (const auto& [name, value] :
         spec.environment.value_or(std::map<std::string, std::string>{})) {
        values[name] = value;
    }
    return values;
}

GuestNetwork::GuestNetwork(const model::RunSpec& spec, const base::Path& work,
                           base::Path credentials, std::function<void(const std::string&)> report) {
    gateway_ = std::make_shared<instances::Gateway>(
        instances::GatewayOptions{network_settings(spec), work, std::move(report), std::nullopt});
    GuestServicesOptions options;
    if (spec.metadata) {
        std::string secret(32, '\0');
        base::SystemRandom().fill(secret.data(), secret.size());
        options.metadata = std::make_shared<MetadataService>(
            spec, [credentials] { return read_credentials(credentials); }, clock_, secret);
        options.metadata_listener = gateway_->listen(instances::kMetadataAddress, kHttp);
    }
    if (spec.api_endpoint_file) {
        options.api_listener = gateway_->listen(instances::kApiAddress, kHttp);
        options.api_endpoint_file = *spec.api_endpoint_file;
        options.pin_file = options.api_endpoint_file.parent_path() / "tls" / "pin";
    }
    if (spec.network && spec.network->proxy) {
        options.proxy = parse_endpoint(*spec.network->proxy);
        if (!options.proxy || options.proxy->is_tls) {
            throw base::Error("the proxy of network `" + spec.network->name + "`, '" +
                              *spec.network->proxy + "', is not of the form http://HOST:PORT");
        }
        options.proxy_listener = gateway_->listen(instances::kApiAddress, instances::kProxyPort);
    }
    services_ = std::make_unique<GuestServices>(std::move(options));
}

}  // namespace goldsmith::runner
