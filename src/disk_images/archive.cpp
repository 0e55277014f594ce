#include "disk_images/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

constexpr std::size_t kBlock = 128 << 10;

}  // namespace

ArchiveReader::ArchiveReader(const base::Path& file, Compression compression)
    : fd_(base::open_file(file, O_RDONLY)), archive_(::archive_read_new()) {
    ::archive_read_support_format_tar(archive_);
    if (compression == Compression::any) {
        ::archive_read_support_filter_gzip(archive_);
        ::archive_read_support_filter_bzip2(archive_);
        ::archive_read_support_filter_xz(archive_);
        ::archive_read_support_filter_zstd(archive_);
    }
    if (::archive_read_open_fd(archive_, fd_.get(), kBlock) != ARCHIVE_OK) {
        const std::string why = ::archive_error_string(archive_) != nullptr
                                    ? ::archive_error_string(archive_)
                                    : "unknown error";
        ::archive_read_free(archive_);
        throw ImageRefused("the archive cannot be read: " + why);
    }
}

ArchiveReader::~ArchiveReader() {
    ::archive_read_free(archive_);
}

void ArchiveReader::refuse() const {
    const char* why = ::archive_error_string(archive_);
    throw ImageRefused("the archive is truncated or corrupt: " +
                       (why != nullptr ? std::string(why) : "unknown error"));
}

bool ArchiveReader::next() {
    const int result = ::archive_read_next_header(archive_, &entry_);
    if (result == ARCHIVE_EOF) {
        return false;
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
        refuse();
    }
    return true;
}

std::string ArchiveReader::name() const {
    const char* name = ::archive_entry_pathname(entry_);
    return name != nullptr ? name : "";
}

std::uint64_t ArchiveReader::size() const {
    const auto size = ::archive_entry_size(entry_);
    return size < 0 ? 0 : static_cast<std::uint64_t>(size);
}

bool ArchiveReader::is_regular_file() const {
    return ::archive_entry_filetype(entry_) == AE_IFREG && !is_link();
}

bool ArchiveReader::is_link() const {
    return ::archive_entry_hardlink(entry_) != nullptr ||
           ::archive_entry_filetype(entry_) == AE_IFLNK;
}

std::size_t ArchiveReader::read(void* into, std::size_t size) {
    const auto got = ::archive_read_data(archive_, into, size);
    if (got < 0) {
        refuse();
    }
    return static_cast<std::size_t>(got);
}

std::string ArchiveReader::read_all(std::uint64_t limit_bytes) {
    if (size() > limit_bytes) {
        throw ImageRefused(in_quotes(name()) + " in the archive is too large");
    }
    std::string text(size(), '\0');
    std::size_t done = 0;
    while (done < text.size()) {
        const std::size_t got = read(text.data() + done, text.size() - done);
        if (got == 0) {
            break;
        }
        done += got;
    }
    text.resize(done);
    return text;
}

}  // namespace goldsmith::disk_images
