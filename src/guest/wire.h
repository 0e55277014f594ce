// Integers, strings and lists as they stand in frame payloads: little-endian, length-prefixed. A
// reader throws ProtocolError on anything that is short, too long or left over. Values only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guest/protocol.h"

namespace goldsmith::guest {

class WireWriter {
public:
    void u8(std::uint8_t value) { text_.push_back(static_cast<char>(value)); }
    void u16(std::uint16_t value) { little_endian(value, 2); }
    void u32(std::uint32_t value) { little_endian(value, 4); }
    void u64(std::uint64_t value) { little_endian(value, 8); }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void bytes(std::string_view value) { text_.append(value); }
    void string(std::string_view value);
    void list(const std::vector<std::string>& values);

    std::string take() && { return std::move(text_); }

private:
    void little_endian(std::uint64_t value, int width);
    std::string text_;
};

class WireReader {
public:
    explicit WireReader(std::string_view payload) : rest_(payload) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
    std::uint64_t u64() { return little_endian(8); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::string string();
    std::vector<std::string> list();
    /// Throws unless everything has been read.
    void finish() const;

private:
    std::uint64_t little_endian(std::size_t width);
    std::string_view take(std::size_t count);
    std::string_view rest_;
};

}  // namespace goldsmith::guest
