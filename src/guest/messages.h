// The payloads of the guest protocol as values. Decoding throws ProtocolError.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::guest {

inline constexpr std::uint16_t kProtocolVersion = 1;

struct Hello {
    std::uint16_t version = kProtocolVersion;
    /// The program that speaks, for messages.
    std::string name;

    bool operator==(const Hello&) const = default;
};

struct ExecRequest {
    std::vector<std::string> argv;
    /// "NAME=value"; all there is.
    std::vector<std::string> env;
    /// Empty: "/".
    std::string cwd;
    bool stdin_follows = false;

    bool operator==(const ExecRequest&) const = default;
};

struct Exited {
    std::int32_t exit_code = -1;  // -1: killed by `signal`
    std::int32_t signal = 0;

    bool operator==(const Exited&) const = default;
};

struct PutFileRequest {
    std::string path;
    std::uint32_t mode = 0644;

    bool operator==(const PutFileRequest&) const = default;
};

struct GetFileRequest {
    std::string path;
    std::uint64_t most_bytes = 0;

    bool operator==(const GetFileRequest&) const = default;
};

std::string encode(const Hello& message);
std::string encode(const ExecRequest& message);
std::string encode(const Exited& message);
std::string encode(const PutFileRequest& message);
std::string encode(const GetFileRequest& message);

Hello decode_hello(std::string_view payload);
ExecRequest decode_exec(std::string_view payload);
Exited decode_exited(std::string_view payload);
/// The signal's number, 1 to 64.
int decode_signal(std::string_view payload);
std::string encode_signal(int number);
PutFileRequest decode_put_file(std::string_view payload);
GetFileRequest decode_get_file(std::string_view payload);

}  // namespace goldsmith::guest
