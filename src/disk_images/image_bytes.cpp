#include "disk_images/image_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

std::string in_quotes(std::string_view text) {
    constexpr std::size_t most = 200;
    std::string shown = "'";
    for (const char c : text.substr(0, most)) {
        const auto byte = static_cast<unsigned char>(c);
        shown += byte < 0x20 || byte == 0x7f || byte >= 0x80 ? '?' : c;
    }
    return shown + (text.size() > most ? "...'" : "'");
}

bool ImageBytes::holds(std::uint64_t offset, std::uint64_t length) const {
    return offset <= size() && length <= size() - offset;
}

void ImageBytes::read_into(std::uint64_t offset, std::span<unsigned char> into,
                           const char* what) const {
    if (!holds(offset, into.size())) {
        throw ImageRefused(std::string("the file is truncated or its header is corrupt: ") + what +
                           " should stand at byte " + std::to_string(offset) +
                           ", and the file has " + std::to_string(size()) + " bytes");
    }
    if (!into.empty()) {
        get(offset, into);
    }
}

Bytes ImageBytes::read(std::uint64_t offset, std::uint64_t length, const char* what) const {
    if (!holds(offset, length)) {
        read_into(offset, std::span<unsigned char>(static_cast<unsigned char*>(nullptr), length),
                  what);  // throws
    }
    Bytes bytes(length);
    read_into(offset, bytes, what);
    return bytes;
}

Bytes ImageBytes::read_some(std::uint64_t offset, std::uint64_t length) const {
    if (offset >= size()) {
        return {};
    }
    return read(offset, std::min(length, size() - offset), "the file's content");
}

FileBytes::FileBytes(const base::Path& path) : fd_(base::open_file(path, O_RDONLY | O_NONBLOCK)) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) {
        throw base::SystemError("stat " + path.string());
    }
    if (!S_ISREG(status.st_mode)) {
        throw ImageRefused(path.string() + " is no regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

void FileBytes::get(std::uint64_t offset, std::span<unsigned char> into) const {
    base::read_exactly_at(fd_.get(), into.data(), into.size(), offset);
}

void MemoryBytes::get(std::uint64_t offset, std::span<unsigned char> into) const {
    std::memcpy(into.data(), bytes_.data() + offset, into.size());
}

}  // namespace goldsmith::disk_images
