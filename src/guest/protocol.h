// Frames of the guest protocol (docs/formats/guest-protocol.md), free of any effect. Used by the
// agent inside the guest and by the client in the runner. The other side is hostile: everything
// that breaks the format is a ProtocolError, after which the connection must be closed. Values
// only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace goldsmith::guest {

class ProtocolError : public base::Error {
public:
    using base::Error::Error;
};

inline constexpr std::size_t kFrameHeaderBytes = 9;
inline constexpr std::size_t kMaxPayloadBytes = 256 * 1024;

enum class FrameType : std::uint8_t {
    hello = 1,
    exec = 2,
    stdin_data = 3,
    stdout_data = 4,
    stderr_data = 5,
    exited = 6,
    signal = 7,
    put_file = 8,
    get_file = 9,
    data = 10,
    done = 11,
    error = 12,
    ping = 13,
    pong = 14,
    reboot = 15,
    poweroff = 16,
};

/// For messages: "exec", or "type 200".
std::string describe(FrameType type);

struct Frame {
    FrameType type = FrameType::hello;
    std::uint32_t request = 0;
    std::string payload;

    bool operator==(const Frame&) const = default;
};

/// The frame's bytes. Throws ProtocolError when the payload is longer than a frame may be.
std::string encode(const Frame& frame);

/// Cuts a byte stream into frames. Buffers at most one incomplete frame beyond what was fed.
class FrameReader {
public:
    void feed(std::string_view bytes) { buffer_.append(bytes); }
    /// Nothing until a whole frame has been fed. Throws ProtocolError (length or type).
    std::optional<Frame> next();
    std::size_t buffered_bytes() const { return buffer_.size() - begin_; }

private:
    std::string buffer_;
    std::size_t begin_ = 0;
};

}  // namespace goldsmith::guest
