#include "documents/component_actions.h"

#include <algorithm>
#include <array>

namespace goldsmith::documents {
namespace {

using enum InputKind;

constexpr PlatformSet everywhere{true, true, true};
constexpr PlatformSet unix_only{true, false, true};
constexpr PlatformSet windows_only{false, true, false};
constexpr PlatformSet not_macos{true, true, false};

constexpr std::string_view encodings[] = {
    "utf8",      "utf-8", "utf16",  "utf-16",   "utf16-LE",  "utf-16-LE", "utf16-BE",
    "utf-16-BE", "utf32", "utf-32", "utf32-LE", "utf-32-LE", "utf32-BE",  "utf-32-BE"};
constexpr std::string_view digests[] = {"MD5", "SHA1", "SHA256", "SHA512"};
constexpr std::string_view msi_reboots[] = {"Force", "Allow", "Skip"};
constexpr std::string_view registry_types[] = {"BINARY", "DWORD",     "QWORD",
                                               "SZ",     "EXPAND_SZ", "MULTI_SZ"};

constexpr InputField execute_bash[] = {
    {"commands", text_list, true, "The entries are joined with line breaks into one bash script."}};
constexpr InputField execute_binary[] = {
    {"path", text, true, "The program: absolute, relative, or a name looked up in PATH."},
    {"arguments", text_list, false, "One argument per entry; no shell is involved."}};
constexpr InputField execute_document[] = {
    {"document", text, true, "A local path, an s3:// URI or a component ARN."},
    {"document-s3-bucket-owner", text, false, "The account that must own the bucket."},
    {"phases", text, false, "Phases of the document to run, separated by commas; all when absent."},
    {"parameters", parameters, false, "Values for the document's parameters."}};
constexpr InputField execute_powershell[] = {
    {"commands", text_list, false, "The lines of a PowerShell script; this or 'file'."},
    {"file", text, false, "The path of an existing .ps1 file; this or 'commands'."}};
constexpr InputField s3_download[] = {
    {"source", text, true,
     "s3://bucket/key, or s3://bucket/prefix/* for everything below a prefix."},
    {"destination", text, true, "A file path; a folder for the prefix form."},
    {"expectedBucketOwner", text, false, "The account that must own the bucket."},
    {"overwrite", flag, false, "Replace an existing file (default true)."}};
constexpr InputField s3_upload[] = {
    {"source", text, true, "A local file, or a folder with a wildcard."},
    {"destination", text, true, "s3://bucket/key, or s3://bucket/prefix/ for several files."},
    {"recurse", flag, false, "Include folders below the source (default false)."},
    {"expectedBucketOwner", text, false, "The account that must own the bucket."}};
constexpr InputField web_download[] = {
    {"source", text, true, "An http or https URL."},
    {"destination", text, true, "A file path; a folder when it ends with a separator."},
    {"overwrite", flag, false, "Replace an existing file (default true)."},
    {"checksum", text, false, "Hexadecimal digest; needs 'algorithm'."},
    {"algorithm", choice, false, "The digest's algorithm.", digests},
    {"ignoreCertificateErrors", flag, false, "Do not verify the server's certificate."}};
constexpr InputField append_file[] = {
    {"path", text, true, "An existing file."},
    {"content", text, false, "Text to append; no line break is added."},
    {"encoding", encoding, false, "The file's encoding (default utf8).", encodings}};
constexpr InputField copy_or_move[] = {
    {"source", text, true, "What to take; * is allowed in the last component."},
    {"destination", text, true, "The new name; a folder when it ends with a separator."},
    {"overwrite", flag, false, "Replace what exists (default true)."}};
constexpr InputField create_file[] = {
    {"path", text, true, "The file; missing folders are created."},
    {"content", text, false, "Written as is."},
    {"encoding", encoding, false, "Default utf8.", encodings},
    {"owner", text, false, "User name or id."},
    {"group", text, false, "Group name or id."},
    {"permissions", octal, false, "Octal mode (default 0666 less the umask)."},
    {"overwrite", flag, false, "Replace an existing file (default true)."}};
constexpr InputField create_folder[] = {
    {"path", text, true, "The folder; missing parents are created."},
    {"owner", text, false, "User name or id."},
    {"group", text, false, "Group name or id."},
    {"permissions", octal, false, "Octal mode (default 0777 less the umask)."},
    {"overwrite", flag, false, "Accept an existing folder (default true); its content stays."}};
constexpr InputField create_symlink[] = {
    {"path", text, true, "The link."},
    {"target", text, true, "What it points to; must exist."},
    {"force", flag, false, "Replace an existing link (default false)."}};
constexpr InputField delete_file[] = {
    {"path", text, true, "The file; * is allowed in the last component."}};
constexpr InputField delete_folder[] = {
    {"path", text, true, "The folder."},
    {"force", flag, false, "Also when it is not empty or does not exist (default false)."}};
constexpr InputField list_files[] = {
    {"path", text, true, "The folder."},
    {"fileNamePattern", text, false, "Names to list, with *."},
    {"recursive", flag, false, "Also folders below (default false)."}};
constexpr InputField read_file[] = {
    {"path", text, true, "The file."},
    {"encoding", encoding, false, "Default utf8.", encodings},
    {"printFileContent", flag, false, "Also write the content to the log (default false)."}};
constexpr InputField set_encoding[] = {
    {"path", text, true, "An existing UTF-8 file."},
    {"encoding", encoding, false, "The new encoding (default utf8).", encodings}};
constexpr InputField set_file_owner[] = {
    {"path", text, true, "The file."},
    {"owner", text, true, "User name or id."},
    {"group", text, false, "Group name or id (default: the owner's primary group)."}};
constexpr InputField set_folder_owner[] = {
    {"path", text, true, "The folder."},
    {"owner", text, true, "User name or id."},
    {"group", text, false, "Group name or id (default: the owner's primary group)."},
    {"recursive", flag, false, "Also everything below (default true)."}};
constexpr InputField set_file_permissions[] = {{"path", text, true, "The file."},
                                               {"permissions", octal, true, "Octal mode."}};
constexpr InputField set_folder_permissions[] = {
    {"path", text, true, "The folder."},
    {"permissions", octal, true, "Octal mode."},
    {"recursive", flag, false, "Also everything below (default true)."}};
constexpr InputField msi[] = {
    {"path", text, true, "Local path, s3:// URI or URL of the MSI file."},
    {"reboot", choice, false, "Default Allow.", msi_reboots},
    {"logOptions", text, false, "Letters after msiexec's /L (default *VX)."},
    {"logFile", text, false, "Where msiexec's log is kept."},
    {"properties", text_map, false, "Public properties of the installer."},
    {"ignoreAuthenticodeSignatureErrors", flag, false, "Default false."},
    {"allowUnsignedInstaller", flag, false, "Default false."}};
constexpr InputField reboot[] = {
    {"delaySeconds", integer, false, "Seconds to wait before the reboot (default 0)."}};
constexpr InputField set_registry[] = {
    {"path", text, true, "The key, for instance HKLM:\\SOFTWARE\\Acme."},
    {"name", text, true, "The value's name."},
    {"value", any, true, "The value."},
    {"type", choice, true, "The value's type.", registry_types}};
constexpr InputField update_os[] = {
    {"include", text_list, false, "Only these packages or updates."},
    {"exclude", text_list, false, "All but these packages or updates."}};

constexpr std::string_view out_stdout[] = {"stdout"};
constexpr std::string_view out_destination[] = {"destination"};
constexpr std::string_view out_files[] = {"files"};
constexpr std::string_view out_content[] = {"content"};
constexpr std::string_view out_msi[] = {"logFile", "msiExitCode", "stdout"};
constexpr std::string_view out_document[] = {
    "executedStepCount",      "executionId", "failedStepCount",  "failureMessage",
    "ignoredFailedStepCount", "logUrl",      "skippedStepCount", "status"};
constexpr std::span<const std::string_view> none{};

constexpr InputShape map = InputShape::map;
constexpr InputShape list = InputShape::list;

constexpr auto table = std::to_array<ActionSpec>({
    {"Assert",
     everywhere,
     InputShape::condition,
     true,
     {},
     none,
     "Fails unless a condition holds."},
    {"ExecuteBash", unix_only, map, true, execute_bash, out_stdout, "Runs a bash script."},
    {"ExecuteBinary", everywhere, map, true, execute_binary, out_stdout, "Runs a program."},
    {"ExecuteDocument", everywhere, map, true, execute_document, out_document,
     "Runs another component document."},
    {"ExecutePowerShell", windows_only, map, true, execute_powershell, out_stdout,
     "Runs a PowerShell script."},
    {"S3Download", everywhere, list, true, s3_download, none, "Downloads objects from S3."},
    {"S3Upload", everywhere, list, true, s3_upload, none, "Uploads files to S3."},
    {"WebDownload", everywhere, list, true, web_download, out_destination,
     "Downloads over HTTP(S)."},
    {"AppendFile", everywhere, list, true, append_file, none, "Appends text to a file."},
    {"CopyFile", everywhere, list, true, copy_or_move, none, "Copies files."},
    {"CopyFolder", everywhere, list, true, copy_or_move, none,
     "Copies folders with their content."},
    {"CreateFile", everywhere, list, true, create_file, none, "Creates a file."},
    {"CreateFolder", everywhere, list, true, create_folder, none, "Creates a folder."},
    {"CreateSymlink", unix_only, list, true, create_symlink, none, "Creates a symbolic link."},
    {"DeleteFile", everywhere, list, true, delete_file, none, "Deletes files."},
    {"DeleteFolder", everywhere, list, true, delete_folder, none, "Deletes a folder."},
    {"ListFiles", everywhere, list, true, list_files, out_files, "Lists the files of a folder."},
    {"MoveFile", everywhere, list, true, copy_or_move, none, "Moves files."},
    {"MoveFolder", everywhere, list, true, copy_or_move, none, "Moves folders."},
    {"ReadFile", everywhere, list, true, read_file, out_content, "Reads a text file."},
    {"SetFileEncoding", everywhere, list, true, set_encoding, none, "Converts a file's encoding."},
    {"SetFileOwner", unix_only, list, true, set_file_owner, none, "Changes a file's owner."},
    {"SetFolderOwner", unix_only, list, true, set_folder_owner, none, "Changes a folder's owner."},
    {"SetFilePermissions", unix_only, list, true, set_file_permissions, none,
     "Changes a file's mode."},
    {"SetFolderPermissions", unix_only, list, true, set_folder_permissions, none,
     "Changes a folder's mode."},
    {"InstallMSI", windows_only, map, true, msi, out_msi, "Installs an MSI package."},
    {"UninstallMSI", windows_only, map, true, msi, out_msi, "Removes an MSI package."},
    {"Reboot", not_macos, map, false, reboot, none, "Restarts the machine and continues."},
    {"SetRegistry", windows_only, list, true, set_registry, none, "Sets registry values."},
    {"UpdateOS", not_macos, map, false, update_os, none,
     "Installs updates of the operating system."},
});

}  // namespace

bool PlatformSet::has(Platform platform) const {
    switch (platform) {
        case Platform::linux_os:
            return linux_os;
        case Platform::windows_os:
            return windows_os;
        case Platform::mac_os:
            return mac_os;
    }
    return false;
}

const InputField* ActionSpec::find_field(std::string_view field) const {
    auto found = std::ranges::find(fields, field, &InputField::name);
    return found == fields.end() ? nullptr : &*found;
}

std::span<const ActionSpec> component_actions() {
    return table;
}

const ActionSpec* find_component_action(std::string_view name) {
    auto found = std::ranges::find(table, name, &ActionSpec::name);
    return found == table.end() ? nullptr : &*found;
}

std::string_view platform_name(Platform platform) {
    switch (platform) {
        case Platform::linux_os:
            return "linux";
        case Platform::windows_os:
            return "windows";
        case Platform::mac_os:
            return "macOS";
    }
    return "";
}

}  // namespace goldsmith::documents
