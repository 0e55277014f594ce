// ByteSize: a number of bytes that says so. Value type; arithmetic stays in bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace goldsmith::base {

class ByteSize {
public:
    constexpr ByteSize() = default;
    static constexpr ByteSize bytes(std::uint64_t count) { return ByteSize(count); }
    static constexpr ByteSize kib(std::uint64_t count) { return ByteSize(count << 10); }
    static constexpr ByteSize mib(std::uint64_t count) { return ByteSize(count << 20); }
    static constexpr ByteSize gib(std::uint64_t count) { return ByteSize(count << 30); }

    constexpr std::uint64_t in_bytes() const { return bytes_; }
    /// Rounded up.
    constexpr std::uint64_t in_gib() const { return (bytes_ + (1ULL << 30) - 1) >> 30; }
    constexpr auto operator<=>(const ByteSize&) const = default;
    constexpr ByteSize operator+(ByteSize other) const { return ByteSize(bytes_ + other.bytes_); }

    /// "17.3 MiB", for people.
    std::string describe() const;

private:
    constexpr explicit ByteSize(std::uint64_t count) : bytes_(count) {}
    std::uint64_t bytes_ = 0;
};

}  // namespace goldsmith::base
