// Copies and moves files and folders, also between file systems. Links are copied as links, mode
// bits are kept, owners are not.
#pragma once

#include "guest/modules/module.h"
#include "guest/path_rules.h"

namespace goldsmith::guest {

/// Replaces the content of an existing target when `overwrite`; StepFailure otherwise, and for a
/// folder in the way. Creates missing parents.
void copy_one_file(const FilePath& source, const FilePath& target, bool overwrite);

/// Copies what is in the folder into `target`, merging with what is there. StepFailure when the
/// target exists and `overwrite` is false, or lies within the source.
void copy_one_folder(const FilePath& source, const FilePath& target, bool overwrite,
                     const ModuleContext& context);

/// rename(2), or copy and delete where that is not possible.
void move_one_file(const FilePath& source, const FilePath& target, bool overwrite);
void move_one_folder(const FilePath& source, const FilePath& target, bool overwrite,
                     const ModuleContext& context);

/// The sources of a Copy or Move module, each existing and of that kind; never empty.
std::vector<FilePath> existing_sources(const std::string& text, PathKind kind);

}  // namespace goldsmith::guest
