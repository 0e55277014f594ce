// The table of all action modules.
#include <algorithm>
#include <array>

#include "guest/modules/modules.h"

namespace goldsmith::guest {
namespace {

constexpr auto table = std::to_array<ModuleEntry>({
    {"AppendFile", append_file},
    {"Assert", assert_condition},
    {"CopyFile", copy_file},
    {"CopyFolder", copy_folder},
    {"CreateFile", create_file},
    {"CreateFolder", create_folder},
    {"CreateSymlink", create_symlink},
    {"DeleteFile", delete_file},
    {"DeleteFolder", delete_folder},
    {"ExecuteBash", execute_bash},
    {"ExecuteBinary", execute_binary},
    {"ExecuteDocument", execute_document},
    {"ExecutePowerShell", windows_only},
    {"InstallMSI", windows_only},
    {"ListFiles", list_files, ","},
    {"MoveFile", move_file},
    {"MoveFolder", move_folder},
    {"ReadFile", read_file},
    {"Reboot", reboot_machine},
    {"S3Download", s3_download},
    {"S3Upload", s3_upload},
    {"SetFileEncoding", set_file_encoding},
    {"SetFileOwner", set_file_owner},
    {"SetFilePermissions", set_file_permissions},
    {"SetFolderOwner", set_folder_owner},
    {"SetFolderPermissions", set_folder_permissions},
    {"SetRegistry", windows_only},
    {"UninstallMSI", windows_only},
    {"UpdateOS", update_os},
    {"WebDownload", web_download},
});

}  // namespace

const ModuleEntry* find_module(std::string_view action) {
    const auto* found = std::ranges::find(table, action, &ModuleEntry::action);
    return found == table.end() ? nullptr : found;
}

std::span<const ModuleEntry> all_modules() {
    return table;
}

}  // namespace goldsmith::guest
