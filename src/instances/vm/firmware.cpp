#include "instances/vm/firmware.h"

#include <array>
#include <filesystem>

#include "base/error.h"

namespace goldsmith::instances {

namespace {

namespace fs = std::filesystem;

const base::Path kFolder = "/usr/share/OVMF";

struct Names {
    const char* code;
    const char* variables;
};

/// Newest first: Debian 12 has both sizes, later ones only that of 4 MiB.
constexpr std::array<Names, 2> kPlain{
    {{"OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"}, {"OVMF_CODE.fd", "OVMF_VARS.fd"}}};
constexpr std::array<Names, 2> kSecure{
    {{"OVMF_CODE_4M.ms.fd", "OVMF_VARS_4M.ms.fd"}, {"OVMF_CODE.ms.fd", "OVMF_VARS.ms.fd"}}};

}  // namespace

FirmwareFiles firmware_files(Firmware firmware) {
    for (const Names& names : firmware == Firmware::uefi_secure_boot ? kSecure : kPlain) {
        const FirmwareFiles files{kFolder / names.code, kFolder / names.variables};
        if (fs::exists(files.code) && fs::exists(files.variables)) {
            return files;
        }
    }
    throw base::Error("a machine that boots by UEFI needs OVMF in " + kFolder.string() +
                      " (Debian package ovmf)");
}

void prepare_variables(const FirmwareFiles& files, const base::Path& work) {
    fs::copy_file(files.variables, work / kFirmwareVariables, fs::copy_options::skip_existing);
    fs::permissions(work / kFirmwareVariables, fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace goldsmith::instances
