#include "base/random.h"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/encoding.h"
#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"

namespace goldsmith::base {
namespace {

/// For kernels before 3.17, which have no getrandom.
void fill_from_device(char* to, std::size_t size) {
    const Fd device = open_file("/dev/urandom", O_RDONLY);
    while (size > 0) {
        const ssize_t got = ::read(device.get(), to, size);
        if (got <= 0) {
            if (got < 0 && errno == EINTR) {
                continue;
            }
            throw SystemError("read /dev/urandom");
        }
        to += got;
        size -= static_cast<std::size_t>(got);
    }
}

}  // namespace

void SystemRandom::fill(void* data, std::size_t size) {
    auto* to = static_cast<char*>(data);
    while (size > 0) {
        const ssize_t got = ::getrandom(to, size, 0);
        if (got < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == ENOSYS) {
                fill_from_device(to, size);
                return;
            }
            throw SystemError("read random bytes");
        }
        to += got;
        size -= static_cast<std::size_t>(got);
    }
}

void SeededRandom::fill(void* data, std::size_t size) {
    auto* to = static_cast<unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) {
        state_ += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        to[i] = static_cast<unsigned char>((z ^ (z >> 31)) & 0xff);
    }
}

namespace {

std::string format_uuid(std::array<unsigned char, 16> bytes) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
    constexpr char digits[] = "0123456789abcdef";
    std::string text = "00000000-0000-0000-0000-000000000000";
    std::size_t at = 0;
    for (const unsigned char byte : bytes) {
        at += text[at] == '-' ? 1U : 0U;
        text[at++] = digits[byte >> 4];
        text[at++] = digits[byte & 15];
    }
    return text;
}

}  // namespace

std::string make_uuid(Random& random) {
    std::array<unsigned char, 16> bytes;
    random.fill(bytes.data(), bytes.size());
    return format_uuid(bytes);
}

std::string make_hex_id(Random& random, std::size_t digits) {
    std::string bytes((digits + 1) / 2, '\0');
    random.fill(bytes.data(), bytes.size());
    return hex_encode(bytes).substr(0, digits);
}

std::string derive_uuid(const std::string& seed) {
    const Sha256Digest digest = sha256(seed);
    std::array<unsigned char, 16> bytes;
    std::memcpy(bytes.data(), digest.data(), bytes.size());
    return format_uuid(bytes);
}

}  // namespace goldsmith::base
