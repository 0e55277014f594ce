#include "guest/copy_tree.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/files.h"
#include "guest/regular_file.h"

namespace goldsmith::guest {

namespace fs = std::filesystem;

namespace {

void check_file_target(const FilePath& target, bool overwrite) {
    if (fs::is_directory(target)) {
        throw StepFailure("the target '" + target.string() + "' is a folder");
    }
    if (!overwrite && present(target)) {
        throw StepFailure("the file '" + target.string() +
                          "' exists already and 'overwrite' is false");
    }
}

void check_folder_target(const FilePath& source, const FilePath& target, bool overwrite) {
    if (present(target) && !fs::is_directory(target)) {
        throw StepFailure("the target '" + target.string() + "' exists and is not a folder");
    }
    if (!overwrite && present(target)) {
        throw StepFailure("the folder '" + target.string() +
                          "' exists already and 'overwrite' is false");
    }
    const std::string from = fs::weakly_canonical(source).string() + "/";
    const std::string to = fs::weakly_canonical(target).string() + "/";
    if (to.starts_with(from)) {
        throw StepFailure("the target '" + target.string() + "' lies within the source '" +
                          source.string() + "'");
    }
}

mode_t mode_of(const FilePath& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
        throw base::SystemError("look at " + path.string());
    }
    return facts.st_mode & 07777;
}

void copy_link(const FilePath& source, const FilePath& target) {
    if (present(target)) {
        fs::remove(target);
    }
    fs::copy_symlink(source, target);
}

/// The entries of one folder, not the folder's own mode, which is applied last: it may forbid
/// writing.
void copy_entries(const FilePath& source, const FilePath& target, const ModuleContext& context) {
    fs::create_directories(target);
    for (const fs::directory_entry& entry : fs::directory_iterator(source)) {
        context.check_time();
        const FilePath to = target / entry.path().filename();
        if (entry.is_symlink()) {
            copy_link(entry.path(), to);
        } else if (entry.is_directory()) {
            copy_entries(entry.path(), to, context);
        } else if (entry.is_regular_file()) {
            copy_one_file(entry.path(), to, true);
        } else {
            throw StepFailure("'" + entry.path().string() +
                              "' is neither a file, a folder nor a link");
        }
    }
    fs::permissions(target, static_cast<fs::perms>(mode_of(source)));
}

}  // namespace

void copy_one_file(const FilePath& source, const FilePath& target, bool overwrite) {
    check_file_target(target, overwrite);
    require_regular_file(source);
    require_regular_file(target);
    make_parents(target);
    std::error_code same;
    if (fs::equivalent(source, target, same)) {
        throw StepFailure("'" + source.string() + "' and '" + target.string() +
                          "' are the same file");
    }
    fs::copy_file(source, target, fs::copy_options::overwrite_existing);
    // libstdc++ keeps the mode of a new file only; set-id bits follow the rules of chmod.
    if (::chmod(target.c_str(), mode_of(source)) != 0) {
        throw base::SystemError("change the mode of " + target.string());
    }
}

void copy_one_folder(const FilePath& source, const FilePath& target, bool overwrite,
                     const ModuleContext& context) {
    check_folder_target(source, target, overwrite);
    copy_entries(source, target, context);
}

void move_one_file(const FilePath& source, const FilePath& target, bool overwrite) {
    check_file_target(target, overwrite);
    make_parents(target);
    if (::rename(source.c_str(), target.c_str()) == 0) {
        return;
    }
    if (errno != EXDEV) {
        throw base::SystemError("move " + source.string() + " to " + target.string());
    }
    if (fs::is_symlink(source)) {
        copy_link(source, target);
    } else {
        copy_one_file(source, target, true);
    }
    fs::remove(source);
}

void move_one_folder(const FilePath& source, const FilePath& target, bool overwrite,
                     const ModuleContext& context) {
    check_folder_target(source, target, overwrite);
    make_parents(target);
    if (::rename(source.c_str(), target.c_str()) == 0) {
        return;
    }
    // Another file system, or a target with content to merge with.
    if (errno != EXDEV && errno != ENOTEMPTY && errno != EEXIST) {
        throw base::SystemError("move " + source.string() + " to " + target.string());
    }
    copy_entries(source, target, context);
    base::remove_tree(source);
}

std::vector<FilePath> existing_sources(const std::string& text, PathKind kind) {
    std::vector<FilePath> sources = expand_path(text, kind);
    if (sources.empty()) {
        throw StepFailure("nothing matches '" + text + "'");
    }
    for (const FilePath& source : sources) {
        if (!present(source)) {
            throw StepFailure("'" + source.string() + "' does not exist");
        }
        if (fs::is_directory(source) != (kind == PathKind::folder)) {
            throw StepFailure("'" + source.string() +
                              (kind == PathKind::folder ? "' is not a folder" : "' is a folder"));
        }
    }
    return sources;
}

}  // namespace goldsmith::guest
