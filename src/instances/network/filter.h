// The packet filter of a gateway, as text for `nft -f -`. It decides about what a container sends
// through the gateway (hook forward) and about what a virtual machine's own user-mode network sends
// from it (hook output). What it refuses it reports to the log group kLogGroup (refusals.h). Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/process.h"
#include "instances/network/network_settings.h"

namespace goldsmith::instances {

/// Interfaces of a gateway.
inline constexpr const char* kWayOut = "up0";
inline constexpr const char* kToGuest = "in0";

/// Addresses that a guest finds in its gateway.
inline constexpr const char* kGuestAddress = "10.0.2.100";
inline constexpr const char* kGatewayAddress = "10.0.2.2";
inline constexpr const char* kNameServer = "10.0.2.3";
/// The instance metadata service, on port 80.
inline constexpr const char* kMetadataAddress = "169.254.169.254";
/// The API of this server, on port 80.
inline constexpr const char* kApiAddress = "169.254.170.2";
/// Of kApiAddress, where the network has a proxy.
inline constexpr std::uint16_t kProxyPort = 3128;
/// Between gateway and slirp4netns.
inline constexpr const char* kSlirpNetwork = "198.18.0.0/24";

inline constexpr std::uint16_t kLogGroup = 169;

/// `host_addresses`: what the guest must not reach unless the network says host_access.
std::string filter_text(const NetworkSettings& settings,
                        const std::vector<std::string>& host_addresses);

/// Opens `addresses` for the rules of host names that allow `host`, for `seconds`: text for nft.
/// Empty when no rule names the host.
std::string opening_text(const NetworkSettings& settings, const std::string& host,
                         const std::vector<std::string>& addresses, std::uint32_t seconds);

base::Command nft_command();

}  // namespace goldsmith::instances
