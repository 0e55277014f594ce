#include "guest/wire.h"

namespace goldsmith::guest {

namespace {
constexpr std::uint32_t kMaxListEntries = 65536;
}

void WireWriter::little_endian(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
        text_.push_back(static_cast<char>(value >> (8 * i)));
    }
}

void WireWriter::string(std::string_view value) {
    u32(static_cast<std::uint32_t>(value.size()));
    bytes(value);
}

void WireWriter::list(const std::vector<std::string>& values) {
    u32(static_cast<std::uint32_t>(values.size()));
    for (const std::string& value : values) {
        string(value);
    }
}

std::string_view WireReader::take(std::size_t count) {
    if (count > rest_.size()) {
        throw ProtocolError("a frame's payload ends early");
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::uint64_t WireReader::little_endian(std::size_t width) {
    const std::string_view bytes = take(width);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
}

std::string WireReader::string() {
    const std::uint32_t length = u32();
    return std::string(take(length));
}

std::vector<std::string> WireReader::list() {
    const std::uint32_t count = u32();
    if (count > kMaxListEntries) {
        throw ProtocolError("a frame holds a list of " + std::to_string(count) + " entries");
    }
    std::vector<std::string> values;
    for (std::uint32_t i = 0; i < count; ++i) {
        values.push_back(string());
    }
    return values;
}

void WireReader::finish() const {
    if (!rest_.empty()) {
        throw ProtocolError("a frame's payload is followed by " + std::to_string(rest_.size()) +
                            " bytes that belong to nothing");
    }
}

}  // namespace goldsmith::guest
