// ByteSource: bytes that are read once, in order, so that nothing has to hold all of them: the body
// of an upload, the content of a stored object, a file on its way to a client. Used by http, api
// and objects. One thread at a time. Failures throw base::Error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "base/fd.h"

namespace goldsmith::base {

class PendingFile;

class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Up to `most` bytes to `to`; 0 only at the end.
    virtual std::size_t read(char* to, std::size_t most) = 0;
    /// The file without a name that holds exactly these bytes; null where there is none. A store on
    /// the same file system gives it a name instead of copying it.
    virtual PendingFile* pending_file() { return nullptr; }
};

/// A source and how much it holds. Empty: no octets at all.
struct Octets {
    std::shared_ptr<ByteSource> source{};
    std::uint64_t size_bytes = 0;

    explicit operator bool() const noexcept { return source != nullptr; }
};

class TextSource final : public ByteSource {
public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}
    std::size_t read(char* to, std::size_t most) override;

private:
    std::string text_;
    std::size_t at_ = 0;
};

/// `size_bytes` of a file from `offset_bytes` on. A file that ends before is an Error.
class FileSource final : public ByteSource {
public:
    FileSource(std::shared_ptr<const Fd> file, std::uint64_t offset_bytes, std::uint64_t size_bytes)
        : file_(std::move(file)), offset_(offset_bytes), left_(size_bytes) {}
    std::size_t read(char* to, std::size_t most) override;

private:
    std::shared_ptr<const Fd> file_;
    std::uint64_t offset_;
    std::uint64_t left_;
};

Octets octets_of(std::string text);
Octets octets_of(std::shared_ptr<PendingFile> file);

/// The whole of a small source. Fails if it is larger than `limit_bytes`.
std::string read_source(ByteSource& source, std::uint64_t limit_bytes);

}  // namespace goldsmith::base
