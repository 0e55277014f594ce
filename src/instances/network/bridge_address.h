// One of the addresses that a network of mode bridge gives to its instances: held by one runner of
// this host, free again when that is gone, however it went. What marks it is a name in the host's
// namespace of abstract sockets, so that nothing is left behind and other servers of the same host
// see it, too. Constructed on any thread; throws base::Error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"

namespace goldsmith::instances {

class BridgeAddress {
public:
    /// The first one that is free; nothing when each is in use.
    static std::optional<BridgeAddress> take(const std::string& bridge,
                                             const std::vector<std::string>& addresses);

    /// "10.9.0.7/24".
    const std::string& text() const { return text_; }
    /// "02:67:0a:09:00:07": the same for each holder of the address, so that what others on the
    /// bridge remember of the last one stays right.
    std::string hardware_address() const;

private:
    BridgeAddress(std::string text, base::Fd mark)
        : text_(std::move(text)), mark_(std::move(mark)) {}

    std::string text_;
    base::Fd mark_;
};

}  // namespace goldsmith::instances
