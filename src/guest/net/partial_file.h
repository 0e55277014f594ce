// PartialFile: a download on its way. The bytes go to a hidden file beside the destination, which
// gets its name only when everything is there and on the disk; until then it is removed again,
// whatever happens. One thread.
#pragma once

#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/files.h"
#include "guest/remote_access.h"

namespace goldsmith::guest {

class PartialFile final : public ByteTarget {
public:
    /// `folder`: open, where the file will be called `name`. Throws base::Error.
    PartialFile(base::Fd folder, std::string name);
    /// For a path whose folder exists. A symbolic link at the end stays; what it points to is
    /// replaced.
    explicit PartialFile(const base::Path& path);
    ~PartialFile() override;

    void restart() override;
    void write(std::string_view bytes) override;

    /// Gives the file its name, with the mode of the file that had it before. Throws base::Error;
    /// FileExists when there is one and `overwrite` is false.
    void publish(bool overwrite);

    class FileExists : public base::Error {
    public:
        using base::Error::Error;
    };

private:
    void create();

    base::Fd folder_;
    std::string name_;
    std::string hidden_name_;
    base::Fd file_;
};

/// The folder at `relative` ("a/b", "" for the root itself) below an open folder; missing ones are
/// made. Symbolic links are not followed, so nothing leads outside. Throws base::Error.
base::Fd make_folder_beneath(int root, const std::string& relative);

}  // namespace goldsmith::guest
