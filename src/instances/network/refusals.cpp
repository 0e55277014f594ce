#include "instances/network/refusals.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace goldsmith::instances {

namespace {

constexpr std::uint32_t kBytesOfPacket = 64;

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}

std::string with_protocol(const std::string& address, unsigned protocol, std::string_view rest) {
    const bool has_ports = (protocol == IPPROTO_TCP || protocol == IPPROTO_UDP) && rest.size() >= 4;
    const std::string port =
        has_ports ? ":" + std::to_string(byte_at(rest, 2) << 8 | byte_at(rest, 3)) : "";
    switch (protocol) {
        case IPPROTO_TCP:
            return address + port + "/tcp";
        case IPPROTO_UDP:
            return address + port + "/udp";
        case IPPROTO_ICMP:
        case IPPROTO_ICMPV6:
            return address + "/icmp";
        default:
            return address + "/protocol " + std::to_string(protocol);
    }
}

struct ConfigMessage {
    nlmsghdr header;
    nfgenmsg family;
    char attribute[64];
};

/// One configuration message for the log subsystem, answered by the kernel with an
/// acknowledgement. Runs in a forked child: system calls only.
bool configure(int socket, std::uint16_t group, std::uint16_t type, const void* data,
               std::size_t size) {
    ConfigMessage message{};
    nlattr attribute{};
    attribute.nla_type = type;
    attribute.nla_len = static_cast<std::uint16_t>(sizeof attribute + size);
    std::memcpy(message.attribute, &attribute, sizeof attribute);
    std::memcpy(message.attribute + sizeof attribute, data, size);
    message.header.nlmsg_len = static_cast<std::uint32_t>(
        sizeof message.header + sizeof message.family + NLMSG_ALIGN(attribute.nla_len));
    message.header.nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    message.family.nfgen_family = AF_UNSPEC;
    message.family.version = NFNETLINK_V0;
    message.family.res_id = htons(group);
    struct {
        nlmsghdr header;
        nlmsgerr error;
    } answer{};
    if (::send(socket, &message, message.header.nlmsg_len, 0) < 0 ||
        ::recv(socket, &answer, sizeof answer, 0) < static_cast<ssize_t>(sizeof(nlmsghdr) + 4) ||
        answer.header.nlmsg_type != NLMSG_ERROR) {
        return false;
    }
    errno = -answer.error.error;
    return answer.error.error == 0;
}

int log_socket(std::uint16_t group) {
    const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
        return -1;
    }
    const nfulnl_msg_config_cmd bind{NFULNL_CFG_CMD_BIND};
    nfulnl_msg_config_mode mode{};
    mode.copy_range = htonl(kBytesOfPacket);
    mode.copy_mode = NFULNL_COPY_PACKET;
    const std::uint32_t at_once = htonl(1);
    if (!configure(fd, group, NFULA_CFG_CMD, &bind, sizeof bind) ||
        !configure(fd, group, NFULA_CFG_MODE, &mode, sizeof mode) ||
        !configure(fd, group, NFULA_CFG_QTHRESH, &at_once, sizeof at_once)) {
        return -1;
    }
    return fd;
}

/// The payload among the attributes of one log message.
std::optional<std::string_view> payload_of(std::string_view attributes) {
    while (attributes.size() >= sizeof(nlattr)) {
        nlattr attribute{};
        std::memcpy(&attribute, attributes.data(), sizeof attribute);
        if (attribute.nla_len < sizeof attribute || attribute.nla_len > attributes.size()) {
            return std::nullopt;
        }
        if ((attribute.nla_type & NLA_TYPE_MASK) == NFULA_PAYLOAD) {
            return attributes.substr(sizeof attribute, attribute.nla_len - sizeof attribute);
        }
        attributes.remove_prefix(
            std::min<std::size_t>(NLA_ALIGN(attribute.nla_len), attributes.size()));
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> destination_of(std::string_view packet) {
    const unsigned version = packet.empty() ? 0 : byte_at(packet, 0) >> 4;
    char text[INET6_ADDRSTRLEN] = {};
    if (version == 4 && packet.size() >= 20) {
        const std::size_t header = std::size_t{byte_at(packet, 0) & 0xFU} * 4;
        ::inet_ntop(AF_INET, packet.data() + 16, text, sizeof text);
        return with_protocol(text, byte_at(packet, 9),
                             header < packet.size() ? packet.substr(header) : "");
    }
    if (version == 6 && packet.size() >= 40) {
        ::inet_ntop(AF_INET6, packet.data() + 24, text, sizeof text);
        return with_protocol("[" + std::string(text) + "]", byte_at(packet, 6), packet.substr(40));
    }
    return std::nullopt;
}

std::vector<std::string_view> packets_of(std::string_view datagram) {
    std::vector<std::string_view> packets;
    while (datagram.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header{};
        std::memcpy(&header, datagram.data(), sizeof header);
        constexpr std::size_t front = sizeof(nlmsghdr) + sizeof(nfgenmsg);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) {
            break;
        }
        if (header.nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET) &&
            header.nlmsg_len > front) {
            if (const auto payload = payload_of(datagram.substr(front, header.nlmsg_len - front))) {
                packets.push_back(*payload);
            }
        }
        datagram.remove_prefix(
            std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
    }
    return packets;
}

base::Fd listen_for_refusals(const NetworkNamespace& where, std::uint16_t group) {
    return where.open_inside("listen for refused packets (kernel option NETFILTER_NETLINK_LOG)",
                             [group] { return log_socket(group); });
}

std::optional<std::string> RefusalReport::line(const std::string& what,
                                               const std::string& network) {
    if (ended_ || !told_.insert(what).second) {
        return std::nullopt;
    }
    if (told_.size() > kMostLines) {
        ended_ = true;
        return "network `" + network + "` has refused " + std::to_string(kMostLines) +
               " destinations; further ones are not listed";
    }
    return what + " refused by network `" + network + "`";
}

}  // namespace goldsmith::instances
