// The action modules, one function each, one file each. See module.h for the contract and the
// specification of the component language for what each does.
#pragma once

#include "guest/modules/module.h"

namespace goldsmith::guest {

ModuleResult append_file(const ModuleInput& input, ModuleContext& context);
ModuleResult assert_condition(const ModuleInput& input, ModuleContext& context);
ModuleResult copy_file(const ModuleInput& input, ModuleContext& context);
ModuleResult copy_folder(const ModuleInput& input, ModuleContext& context);
ModuleResult create_file(const ModuleInput& input, ModuleContext& context);
ModuleResult create_folder(const ModuleInput& input, ModuleContext& context);
ModuleResult create_symlink(const ModuleInput& input, ModuleContext& context);
ModuleResult delete_file(const ModuleInput& input, ModuleContext& context);
ModuleResult delete_folder(const ModuleInput& input, ModuleContext& context);
ModuleResult execute_bash(const ModuleInput& input, ModuleContext& context);
ModuleResult execute_binary(const ModuleInput& input, ModuleContext& context);
ModuleResult execute_document(const ModuleInput& input, ModuleContext& context);
ModuleResult list_files(const ModuleInput& input, ModuleContext& context);
ModuleResult move_file(const ModuleInput& input, ModuleContext& context);
ModuleResult move_folder(const ModuleInput& input, ModuleContext& context);
ModuleResult read_file(const ModuleInput& input, ModuleContext& context);
ModuleResult reboot_machine(const ModuleInput& input, ModuleContext& context);
ModuleResult s3_download(const ModuleInput& input, ModuleContext& context);
ModuleResult s3_upload(const ModuleInput& input, ModuleContext& context);
ModuleResult set_file_encoding(const ModuleInput& input, ModuleContext& context);
ModuleResult set_file_owner(const ModuleInput& input, ModuleContext& context);
ModuleResult set_file_permissions(const ModuleInput& input, ModuleContext& context);
ModuleResult set_folder_owner(const ModuleInput& input, ModuleContext& context);
ModuleResult set_folder_permissions(const ModuleInput& input, ModuleContext& context);
ModuleResult update_os(const ModuleInput& input, ModuleContext& context);
ModuleResult web_download(const ModuleInput& input, ModuleContext& context);
ModuleResult windows_only(const ModuleInput& input, ModuleContext& context);

}  // namespace goldsmith::guest
