#include "disk_images/raw_disk.h"

#include "base/error.h"
#include "disk_images/convert.h"
#include "disk_images/ova.h"
#include "disk_images/root_tar.h"

namespace goldsmith::disk_images {

namespace {

class DiskMaker {
public:
    DiskMaker(const DiskRequest& request, const base::Path& scratch)
        : request_(request), scratch_(scratch), container_only_(request.container_only) {}

    RawDisk make() {
        RawDisk disk;
        disk.format = recognise(FileBytes(request_.file), request_.file_name, request_.format);
        disk.path = raw_disk(request_.file, disk.format);
        tell_stage(request_, "inspecting", 0);
        disk.inspection = inspect(disk.path);
        require_startable(disk.inspection, disk.path, container_only_);
        return disk;
    }

private:
    base::Path raw_disk(const base::Path& file, Format format) {
        tell_stage(request_, "checking", 0);
        switch (format) {
            case Format::tar:
                return disk_of_tar(file);
            case Format::ova: {
                const OvaDisk inner = take_disk_from_ova(file, scratch_, request_.stop);
                return raw_disk(inner.file, inner.format);
            }
            case Format::raw:
                check_raw(FileBytes(file), request_.limits);
                return file;
            case Format::qcow2:
            case Format::vmdk:
            case Format::vhd:
            case Format::vhdx:
                break;
        }
        return converted(file, format);
    }

    base::Path converted(const base::Path& file, Format format) {
        const CheckedImage checked = check_header(FileBytes(file), format, request_.limits);
        require_free_space(scratch_, checked.data_bytes);
        Conversion conversion;
        conversion.source = file;
        conversion.source_format = qemu_name(format);
        conversion.target = scratch_ / "disk.raw";
        conversion.target_format = "raw";
        conversion.virtual_bytes = checked.virtual_bytes;
        conversion.data_bytes = checked.data_bytes;
        conversion.progress = [this](int percent) { tell_stage(request_, "converting", percent); };
        conversion.stop = request_.stop;
        convert(conversion);
        return conversion.target;
    }

    base::Path disk_of_tar(const base::Path& file) {
        container_only_ = true;
        const TarContent content = check_root_tar(file, request_.limits, request_.stop);
        tell_stage(request_, "unpacking", 0);
        const base::Path disk = scratch_ / "disk.raw";
        const base::Path work = scratch_ / "work";
        base::make_directories(work, 0700);
        disk_of_root_tar(file, content, work, disk, request_.stop);
        return disk;
    }

    const DiskRequest& request_;
    base::Path scratch_;
    bool container_only_;
};

}  // namespace

void tell_stage(const DiskRequest& request, const std::string& stage, int percent) {
    if (request.stop.stop_requested()) {
        throw base::Error("stopped on request");
    }
    if (request.progress) {
        request.progress(stage, percent);
    }
}

RawDisk make_raw_disk(const DiskRequest& request, const base::Path& scratch) {
    return DiskMaker(request, scratch).make();
}

Format check_image(const DiskRequest& request) {
    const FileBytes file(request.file);
    const Format format = recognise(file, request.file_name, request.format);
    if (format == Format::tar) {
        check_root_tar(request.file, request.limits, request.stop);
    } else if (format != Format::ova) {
        check_header(file, format, request.limits);
    }
    return format;
}

}  // namespace goldsmith::disk_images
