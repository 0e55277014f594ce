#include "disk_images/format.h"

#include <algorithm>
#include <array>

#include "disk_images/refusal.h"

namespace goldsmith::disk_images {

namespace {

struct FormatName {
    Format format;
    const char* name;
    const char* qemu;
};

constexpr std::array kFormats{
    FormatName{Format::raw, "raw", "raw"},    FormatName{Format::qcow2, "qcow2", "qcow2"},
    FormatName{Format::vmdk, "vmdk", "vmdk"}, FormatName{Format::vhd, "vhd", "vpc"},
    FormatName{Format::vhdx, "vhdx", "vhdx"}, FormatName{Format::ova, "ova", nullptr},
    FormatName{Format::tar, "tar", nullptr},
};

const FormatName& entry_of(Format format) {
    return *std::find_if(kFormats.begin(), kFormats.end(),
                         [&](const FormatName& entry) { return entry.format == format; });
}

bool stands_at(const ImageBytes& file, std::uint64_t offset, std::string_view text) {
    const Bytes found = file.read_some(offset, text.size());
    return std::equal(found.begin(), found.end(), text.begin(), text.end(),
                      [](unsigned char a, char b) { return a == static_cast<unsigned char>(b); });
}

struct Extension {
    std::string_view ending;
    std::vector<Format> formats;
};

const std::vector<Extension>& extensions() {
    // Cloud images named .img are raw or qcow2, as their makers please.
    static const std::vector<Extension> list{
        {".raw", {Format::raw}},     {".img", {Format::raw, Format::qcow2}},
        {".qcow2", {Format::qcow2}}, {".vmdk", {Format::vmdk}},
        {".vhd", {Format::vhd}},     {".vpc", {Format::vhd}},
        {".vhdx", {Format::vhdx}},   {".ova", {Format::ova}},
        {".tar", {Format::tar}},     {".tar.gz", {Format::tar}},
        {".tgz", {Format::tar}},     {".tar.xz", {Format::tar}},
        {".tar.zst", {Format::tar}}, {".tar.bz2", {Format::tar}},
    };
    return list;
}

bool is_compressed(const ImageBytes& file) {
    using namespace std::string_view_literals;
    return stands_at(file, 0, "\x1f\x8b"sv) ||
           stands_at(file, 0,
                     "\xfd"
                     "7zXZ\0"sv) ||
           stands_at(file, 0, "\x28\xb5\x2f\xfd"sv) || stands_at(file, 0, "BZh"sv);
}

// A tar whose first member is the description of a machine is an OVA.
Format kind_of_tar(const ImageBytes& file) {
    const Bytes name = file.read_some(0, 100);
    const auto end = std::find(name.begin(), name.end(), '\0');
    return std::string(name.begin(), end).ends_with(".ovf") ? Format::ova : Format::tar;
}

[[noreturn]] void refuse_mismatch(std::string_view file_name, const std::string& expected,
                                  std::optional<Format> found) {
    throw ImageRefused(in_quotes(file_name) + " should be " + expected + ", but its content is " +
                       (found ? std::string(name_of(*found)) : "no image of that format") +
                       ": it is damaged, or named or described wrongly (--format says what it is)");
}

// Content that says nothing fits raw only, and compressed files only what is compressed as a whole.
bool fits(const ImageBytes& file, Format expected, std::optional<Format> found) {
    if (expected == Format::tar && !found) {
        return is_compressed(file);
    }
    return found ? *found == expected : expected == Format::raw;
}

}  // namespace

const char* name_of(Format format) {
    return entry_of(format).name;
}

std::optional<Format> parse_format(std::string_view name) {
    for (const FormatName& entry : kFormats) {
        if (name == entry.name) {
            return entry.format;
        }
    }
    return std::nullopt;
}

std::string format_names() {
    std::string names;
    for (const FormatName& entry : kFormats) {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return names;
}

const char* qemu_name(Format format) {
    const char* name = entry_of(format).qemu;
    if (name == nullptr) {
        throw base::Error(std::string("qemu-img knows no format ") + name_of(format));
    }
    return name;
}

std::optional<Format> format_of_content(const ImageBytes& file) {
    using namespace std::string_view_literals;
    if (stands_at(file, 0, "QFI\xfb"sv)) {
        return Format::qcow2;
    }
    if (stands_at(file, 0, "KDMV"sv) || stands_at(file, 0, "COWD"sv) ||
        stands_at(file, 0, "# Disk DescriptorFile"sv)) {
        return Format::vmdk;
    }
    if (stands_at(file, 0, "vhdxfile"sv)) {
        return Format::vhdx;
    }
    // A fixed VHD is a raw disk with a footer behind it.
    if (stands_at(file, 0, "conectix"sv) ||
        (file.size() > 512 && stands_at(file, file.size() - 512, "conectix"sv))) {
        return Format::vhd;
    }
    if (stands_at(file, 257, "ustar"sv)) {
        return kind_of_tar(file);
    }
    return std::nullopt;
}

std::vector<Format> formats_of_name(std::string_view file_name) {
    std::string name(file_name);
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    std::vector<Format> formats;
    for (const Extension& extension : extensions()) {
        if (name.ends_with(extension.ending)) {
            formats = extension.formats;
        }
    }
    return formats;
}

Format recognise(const ImageBytes& file, std::string_view file_name, std::optional<Format> given) {
    if (file.size() == 0) {
        throw ImageRefused(in_quotes(file_name) + " is empty");
    }
    const std::optional<Format> found = format_of_content(file);
    if (given) {
        // Who says raw gets raw: what a guest wrote into its first sectors is never believed.
        if (*given != Format::raw && !fits(file, *given, found)) {
            refuse_mismatch(file_name, name_of(*given), found);
        }
        return *given;
    }
    const std::vector<Format> named = formats_of_name(file_name);
    if (named.empty()) {
        if (!found) {
            throw ImageRefused("nothing in the name or the content of " + in_quotes(file_name) +
                               " says which format it has; name it with --format (" +
                               format_names() + ")");
        }
        return *found;
    }
    std::string expected;
    for (const Format format : named) {
        if (fits(file, format, found)) {
            return format;
        }
        expected += (expected.empty() ? "" : " or ") + std::string(name_of(format));
    }
    refuse_mismatch(file_name, expected, found);
}

}  // namespace goldsmith::disk_images
