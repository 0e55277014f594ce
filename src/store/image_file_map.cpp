#include <fcntl.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "store/disk_reader.h"

namespace goldsmith::store {

namespace json = boost::json;

namespace {

// A range of the guest's disk and where its bytes stand. Ranges that are absent are zeros.
struct Piece {
    Extent extent;
    std::size_t file = 0;           // index into the chain, 0 = the top layer
    std::uint64_t file_offset = 0;  // bytes
};

class MappedDisk final : public DiskReader {
public:
    MappedDisk(std::uint64_t size, std::vector<base::Fd> chain, std::vector<Piece> pieces)
        : size_(size), chain_(std::move(chain)), pieces_(std::move(pieces)) {}

    std::uint64_t size() const override { return size_; }

    void read(std::uint64_t offset, std::span<std::byte> into) const override {
        std::memset(into.data(), 0, into.size());
        const std::uint64_t end = offset + into.size();
        auto piece = std::partition_point(pieces_.begin(), pieces_.end(),
                                          [&](const Piece& p) { return p.extent.end() <= offset; });
        for (; piece != pieces_.end() && piece->extent.offset < end; ++piece) {
            const std::uint64_t from = std::max(piece->extent.offset, offset);
            const std::uint64_t to = std::min(piece->extent.end(), end);
            read_padded(chain_[piece->file].get(),
                        piece->file_offset + (from - piece->extent.offset),
                        into.subspan(from - offset, to - from));
        }
    }

private:
    std::uint64_t size_;
    std::vector<base::Fd> chain_;
    std::vector<Piece> pieces_;  // ascending, disjoint
};

json::value qemu_img(const std::string& verb, const std::vector<std::string>& more,
                     const std::filesystem::path& path, const std::string& format) {
    base::Command command;
    command.program = "qemu-img";
    command.arguments = {verb, "--output=json", "-f", format};
    command.arguments.insert(command.arguments.end(), more.begin(), more.end());
    command.arguments.push_back(path.string());
    return json::parse(base::run_checked(command));
}

std::uint64_t number_at(const json::object& object, std::string_view name) {
    return object.at(name).to_number<std::uint64_t>();
}

// The files from the top layer down to the last backing file, opened.
std::vector<base::Fd> open_chain(const json::array& infos, const std::filesystem::path& top) {
    std::vector<base::Fd> chain;
    for (const json::value& info : infos) {
        // The first name is ours as given: qemu-img may decorate it.
        const std::filesystem::path file =
            chain.empty() ? top
                          : std::filesystem::path(std::string(info.at("filename").as_string()));
        chain.push_back(base::open_file(file, O_RDONLY));
    }
    return chain;
}

ImageFileMap map_file(const std::filesystem::path& path, const std::string& format) {
    const json::value infos = qemu_img("info", {"--backing-chain"}, path, format);
    const json::value ranges = qemu_img("map", {}, path, format);
    ImageFileMap map;
    std::vector<Piece> pieces;
    for (const json::value& value : ranges.as_array()) {
        const json::object& range = value.as_object();
        const Extent extent{number_at(range, "start"), number_at(range, "length")};
        if (number_at(range, "depth") == 0) {
            map.dirty.push_back(extent);
        }
        if (!range.at("data").as_bool() || range.at("zero").as_bool()) {
            continue;
        }
        if (!range.contains("offset")) {
            throw UnmappableImage("the disk image " + path.string() +
                                  " has compressed or encrypted clusters: convert it first "
                                  "(qemu-img convert -O raw)");
        }
        map.allocated.push_back(extent);
        pieces.push_back({extent, number_at(range, "depth"), number_at(range, "offset")});
    }
    const std::uint64_t size = number_at(infos.as_array().at(0).as_object(), "virtual-size");
    map.disk =
        std::make_unique<MappedDisk>(size, open_chain(infos.as_array(), path), std::move(pieces));
    return map;
}

}  // namespace

ImageFileMap map_image_file(const std::filesystem::path& path, const std::string& format) {
    try {
        return map_file(std::filesystem::absolute(path), format);
    } catch (const UnmappableImage&) {
        throw;
    } catch (...) {
        base::throw_with_context("the disk image " + path.string() + " cannot be read");
    }
}

}  // namespace goldsmith::store
