#include "guest/protocol.h"

#include "guest/wire.h"

namespace goldsmith::guest {

std::string describe(FrameType type) {
    switch (type) {
        case FrameType::hello:
            return "hello";
        case FrameType::exec:
            return "exec";
        case FrameType::stdin_data:
            return "stdin";
        case FrameType::stdout_data:
            return "stdout";
        case FrameType::stderr_data:
            return "stderr";
        case FrameType::exited:
            return "exited";
        case FrameType::signal:
            return "signal";
        case FrameType::put_file:
            return "put_file";
        case FrameType::get_file:
            return "get_file";
        case FrameType::data:
            return "data";
        case FrameType::done:
            return "done";
        case FrameType::error:
            return "error";
        case FrameType::ping:
            return "ping";
        case FrameType::pong:
            return "pong";
        case FrameType::reboot:
            return "reboot";
        case FrameType::poweroff:
            return "poweroff";
    }
    return "type " + std::to_string(static_cast<unsigned>(type));
}

std::string encode(const Frame& frame) {
    if (frame.payload.size() > kMaxPayloadBytes) {
        throw ProtocolError("a " + describe(frame.type) + " frame of " +
                            std::to_string(frame.payload.size()) + " bytes is larger than the " +
                            std::to_string(kMaxPayloadBytes) + " that the guest protocol allows");
    }
    WireWriter writer;
    writer.u32(static_cast<std::uint32_t>(frame.payload.size()));
    writer.u8(static_cast<std::uint8_t>(frame.type));
    writer.u32(frame.request);
    writer.bytes(frame.payload);
    return std::move(writer).take();
}

std::optional<Frame> FrameReader::next() {
    const std::string_view waiting = std::string_view(buffer_).substr(begin_);
    if (waiting.size() < kFrameHeaderBytes) {
        return std::nullopt;
    }
    WireReader header(waiting.substr(0, kFrameHeaderBytes));
    const std::uint32_t length = header.u32();
    const auto type = static_cast<FrameType>(header.u8());
    const std::uint32_t request = header.u32();
    if (length > kMaxPayloadBytes) {
        throw ProtocolError("the other side announced a frame of " + std::to_string(length) +
                            " bytes; the guest protocol allows " +
                            std::to_string(kMaxPayloadBytes));
    }
    if (type < FrameType::hello || type > FrameType::poweroff) {
        throw ProtocolError("the other side sent a frame of unknown " + describe(type));
    }
    if (waiting.size() < kFrameHeaderBytes + length) {
        return std::nullopt;
    }
    Frame frame{type, request, std::string(waiting.substr(kFrameHeaderBytes, length))};
    begin_ += kFrameHeaderBytes + length;
    // Moving the rest to the front costs its length, so only do it when there is more behind than
    // ahead.
    if (begin_ > buffer_.size() - begin_) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    return frame;
}

}  // namespace goldsmith::guest
