// The bytes of an image file as the header checks see them: every read is bounded by the file, so
// that a length or an offset out of a hostile header can at most be refused. Reads are safe from
// any thread, in any order, and as often as one likes, which is what base::ByteSource, whose bytes
// come once and in order, does not give.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/fd.h"
#include "base/files.h"

namespace goldsmith::disk_images {

using Bytes = std::vector<unsigned char>;

class ImageBytes {
public:
    virtual ~ImageBytes() = default;
    virtual std::uint64_t size() const = 0;

    /// Throws ImageRefused ("... is truncated") when the range is not inside the file; `what` names
    /// what should have been there: "the L1 table".
    Bytes read(std::uint64_t offset, std::uint64_t length, const char* what) const;
    /// As read, into memory that is there.
    void read_into(std::uint64_t offset, std::span<unsigned char> into, const char* what) const;
    /// What there is of the range.
    Bytes read_some(std::uint64_t offset, std::uint64_t length) const;
    bool holds(std::uint64_t offset, std::uint64_t length) const;

private:
    virtual void get(std::uint64_t offset, std::span<unsigned char> into) const = 0;
};

/// A regular file. Throws base::SystemError when it cannot be opened, ImageRefused when it is no
/// regular file.
class FileBytes final : public ImageBytes {
public:
    explicit FileBytes(const base::Path& path);
    std::uint64_t size() const override { return size_; }

private:
    void get(std::uint64_t offset, std::span<unsigned char> into) const override;

    base::Fd fd_;
    std::uint64_t size_ = 0;
};

/// Borrowed memory, for tests and fuzzers.
class MemoryBytes final : public ImageBytes {
public:
    explicit MemoryBytes(std::span<const unsigned char> bytes) : bytes_(bytes) {}
    std::uint64_t size() const override { return bytes_.size(); }

private:
    void get(std::uint64_t offset, std::span<unsigned char> into) const override;

    std::span<const unsigned char> bytes_;
};

/// Numbers in a buffer whose length the caller has made sure of.
template <typename Number>
Number little(std::span<const unsigned char> bytes, std::size_t at) {
    Number value = 0;
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        value = static_cast<Number>(static_cast<std::uint64_t>(value) << 8 | bytes[at + i]);
    }
    return value;
}

template <typename Number>
Number big(std::span<const unsigned char> bytes, std::size_t at) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        value = static_cast<Number>(static_cast<std::uint64_t>(value) << 8 | bytes[at + i]);
    }
    return value;
}

}  // namespace goldsmith::disk_images
