#include "store/test_disk.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/files.h"
#include "store/chunk_codec.h"

namespace goldsmith::store::testing {

TestDisk::TestDisk(std::uint64_t size, std::uint64_t seed) : random_(seed), bytes_(size) {}

std::uint64_t TestDisk::below(std::uint64_t limit) {
    std::uint64_t number = 0;
    random_.fill(&number, sizeof number);
    return number % limit;
}

void TestDisk::scribble(std::size_t times, std::uint64_t max_bytes) {
    for (std::size_t i = 0; i < times; ++i) {
        const std::uint64_t offset = below(bytes_.size());
        const std::uint64_t length =
            std::min<std::uint64_t>(1 + below(max_bytes), bytes_.size() - offset);
        const auto range = std::span(bytes_).subspan(offset, length);
        if (below(5) == 0) {
            std::fill(range.begin(), range.end(), std::byte{0});
        } else {
            random_.fill(range.data(), range.size());
            std::fill(range.begin() + static_cast<std::ptrdiff_t>(range.size() / 2), range.end(),
                      static_cast<std::byte>(below(256)));
        }
        dirty_.push_back({offset, length});
    }
}

void TestDisk::fill(Extent where, std::byte value) {
    const auto range = std::span(bytes_).subspan(where.offset, where.length);
    std::fill(range.begin(), range.end(), value);
    dirty_.push_back(where);
}

std::vector<Extent> TestDisk::take_dirty() {
    return std::exchange(dirty_, {});
}

void TestDisk::write_to(const std::filesystem::path& path) const {
    const base::Fd fd = base::open_file(path, O_RDWR | O_CREAT | O_TRUNC);
    std::filesystem::resize_file(path, bytes_.size());
    constexpr std::size_t kPage = 4096;
    for (std::size_t at = 0; at < bytes_.size(); at += kPage) {
        const auto page = ByteView(bytes_).subspan(at, std::min(kPage, bytes_.size() - at));
        if (!is_zero(page)) {
            base::write_exactly_at(fd.get(), page.data(), page.size(), at);
        }
    }
}

Bytes read_bytes(const std::filesystem::path& path) {
    const std::string text = base::read_file(path);
    Bytes bytes;
    append_text(bytes, text);
    return bytes;
}

void write_bytes(const std::filesystem::path& path, ByteView bytes) {
    const base::Fd fd = base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    base::write_all(fd.get(), as_text(bytes));
}

void flip_byte(const std::filesystem::path& path, std::uint64_t offset) {
    const base::Fd fd = base::open_file(path, O_RDWR);
    std::byte value{};
    base::read_exactly_at(fd.get(), &value, 1, offset);
    value ^= std::byte{0x40};
    base::write_exactly_at(fd.get(), &value, 1, offset);
}

SnapshotId snap(const std::string& token) {
    return SnapshotId::from_token(token);
}

}  // namespace goldsmith::store::testing
