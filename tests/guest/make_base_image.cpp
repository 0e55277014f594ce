// Makes the managed Debian image once per change of the code that makes it, for the tests that boot
// it: make_base_image FOLDER writes FOLDER/base.raw. Needs root and a Debian archive.
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "catalogue/base_image.h"

namespace fs = std::filesystem;
using namespace goldsmith;

namespace {

constexpr int kSkipped = 77;

bool is_newer(const base::Path& file, const base::Path& than) {
    return fs::exists(file) && fs::last_write_time(file) > fs::last_write_time(than);
}

void make(const base::Path& folder) {
    base::make_directories(folder);
    const auto lock = base::FileLock::acquire(folder / "lock");
    const auto image = folder / "base.raw";
    if (is_newer(image, fs::read_symlink("/proc/self/exe"))) {
        std::printf("%s is up to date\n", image.c_str());
        return;
    }
    catalogue::BuildOptions options;
    options.work_directory = folder;
    options.progress = [](const std::string& line) {
        std::printf("%s\n", line.c_str());
        std::fflush(stdout);
    };
    const auto built = catalogue::build_base_image(catalogue::catalogue().front(), options);
    fs::rename(built.disk, image);
    fs::last_write_time(image, fs::file_time_type::clock::now());
    std::printf("made %s: %s, kernel %s, %zu packages\n", image.c_str(),
                built.facts.version.c_str(), built.facts.kernel.c_str(),
                built.facts.packages.size());
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fprintf(stderr, "usage: make_base_image FOLDER\n");
        return 2;
    }
    if (geteuid() != 0) {
        std::printf("skipped: making a base image needs root\n");
        return kSkipped;
    }
    try {
        make(arguments[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", base::error_chain(error).c_str());
        return 1;
    }
}
