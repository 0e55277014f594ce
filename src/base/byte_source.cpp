#include "base/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/pending_file.h"

namespace goldsmith::base {

namespace {

class PendingSource final : public ByteSource {
public:
    explicit PendingSource(std::shared_ptr<PendingFile> file)
        : file_(std::move(file)), source_(file_->reader()) {}
    std::size_t read(char* to, std::size_t most) override { return source_.read(to, most); }
    PendingFile* pending_file() override { return file_.get(); }

private:
    std::shared_ptr<PendingFile> file_;
    FileSource source_;
};

}  // namespace

std::size_t TextSource::read(char* to, std::size_t most) {
    const std::size_t size = std::min(most, text_.size() - at_);
    std::memcpy(to, text_.data() + at_, size);
    at_ += size;
    return size;
}

std::size_t FileSource::read(char* to, std::size_t most) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
    if (wanted == 0) {
        return 0;
    }
    for (;;) {
        const ssize_t got = ::pread(file_->get(), to, wanted, static_cast<off_t>(offset_));
        if (got > 0) {
            offset_ += static_cast<std::uint64_t>(got);
            left_ -= static_cast<std::uint64_t>(got);
            return static_cast<std::size_t>(got);
        }
        if (got == 0) {
            throw Error("a stored file is shorter than it should be");
        }
        if (errno != EINTR) {
            throw SystemError("read a stored file");
        }
    }
}

Octets octets_of(std::string text) {
    const std::uint64_t size = text.size();
    return {std::make_shared<TextSource>(std::move(text)), size};
}

Octets octets_of(std::shared_ptr<PendingFile> file) {
    const std::uint64_t size = file->size_bytes();
    return {std::make_shared<PendingSource>(std::move(file)), size};
}

std::string read_source(ByteSource& source, std::uint64_t limit_bytes) {
    std::string text;
    std::vector<char> buffer(64UL * 1024);
    while (const std::size_t got = source.read(buffer.data(), buffer.size())) {
        if (text.size() + got > limit_bytes) {
            throw Error("more than " + std::to_string(limit_bytes) + " bytes");
        }
        text.append(buffer.data(), got);
    }
    return text;
}

}  // namespace goldsmith::base
