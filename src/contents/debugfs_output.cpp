#include "contents/debugfs_output.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/error.h"
#include "disk_images/digest.h"

namespace goldsmith::contents {

namespace {

std::string repeated(const std::string& command) {
    return "debugfs: " + command + "\n";
}

/// Takes the next word off a line.
std::string_view next_word(std::string_view& line) {
    const auto begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
        line = {};
        return {};
    }
    const auto end = std::min(line.find(' ', begin), line.size());
    const std::string_view word = line.substr(begin, end - begin);
    line.remove_prefix(end);
    return word;
}

template <class Number>
bool take_number(std::string_view& line, Number& number, int base = 10) {
    const std::string_view word = next_word(line);
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
    return !word.empty() && error == std::errc{} && end == word.data() + word.size();
}

/// "25-Nov-2026" -> "2026-11-25".
std::optional<std::string> iso_date(std::string_view date) {
    constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto first = date.find('-');
    const auto second = date.rfind('-');
    if (first == std::string_view::npos || second == first || first > 2) {
        return std::nullopt;
    }
    for (std::size_t month = 0; month < months.size(); ++month) {
        if (date.substr(first + 1, second - first - 1) == months[month]) {
            const auto two = [](std::string digits) {
                return digits.size() < 2 ? "0" + digits : digits;
            };
            return std::string(date.substr(second + 1)) + "-" + two(std::to_string(month + 1)) +
                   "-" + two(std::string(date.substr(0, first)));
        }
    }
    return std::nullopt;
}

/// "   12  100644 (1)      0      0    1234 25-Nov-2026 18:48 name"
std::optional<std::pair<std::string, FileEntry>> entry_of(std::string_view line) {
    FileEntry entry;
    if (!take_number(line, entry.inode) || !take_number(line, entry.mode, 8)) {
        return std::nullopt;
    }
    next_word(line);  // the kind once more, as the directory has it
    const bool numbers = take_number(line, entry.uid) && take_number(line, entry.gid) &&
                         take_number(line, entry.size);
    const auto date = numbers ? iso_date(next_word(line)) : std::nullopt;
    const std::string_view time = next_word(line);
    if (!date || line.size() < 2 || entry.inode == 0) {
        return std::nullopt;
    }
    entry.modified = *date + " " + std::string(time);
    const std::string name(line.substr(1));
    if (name == "." || name == ".." || name.find('/') != std::string::npos) {
        return std::nullopt;
    }
    return std::pair(name, entry);
}

}  // namespace

std::vector<std::string> answers_in(std::string_view output,
                                    const std::vector<std::string>& commands) {
    std::vector<std::string> answers(commands.size());
    std::optional<std::size_t> open;
    std::size_t begin = 0;
    std::size_t at = 0;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        const std::string line = repeated(commands[i]);
        const auto found = output.find(line, at);
        if (found == std::string_view::npos) {
            continue;
        }
        if (open) {
            answers[*open] = output.substr(begin, found - begin);
        }
        open = i;
        begin = at = found + line.size();
    }
    if (open) {
        answers[*open] = output.substr(begin);
    }
    return answers;
}

std::vector<std::pair<std::string, FileEntry>> entries_in(std::string_view answer) {
    std::vector<std::pair<std::string, FileEntry>> entries;
    while (!answer.empty()) {
        const auto end = std::min(answer.find('\n'), answer.size());
        if (auto entry = entry_of(answer.substr(0, end))) {
            entries.push_back(std::move(*entry));
        }
        answer.remove_prefix(std::min(end + 1, answer.size()));
    }
    return entries;
}

std::string link_target_in(std::string_view answer) {
    constexpr std::string_view mark = "Fast link dest: \"";
    const auto begin = answer.find(mark);
    const auto end = answer.rfind('"');
    return begin == std::string_view::npos || end < begin + mark.size()
               ? ""
               : std::string(answer.substr(begin + mark.size(), end - begin - mark.size()));
}

struct CatDigests::State {
    std::vector<InodeSize> files;
    std::vector<std::string> digests{};
    std::optional<disk_images::Digester> digester{};
    std::string line{};      // of the command that is being repeated, so far
    std::uint64_t left = 0;  // of the current file
    bool is_damaged = false;

    void next_file() {
        digests.push_back(digester->finish().hex);
        digester.reset();
        line.clear();
    }

    /// Takes what belongs to the repeated command; true: it is complete and right.
    bool take_line(std::string_view& piece) {
        const auto end = piece.find('\n');
        line += piece.substr(0, end);
        piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
        if (end == std::string_view::npos) {
            return false;
        }
        const std::size_t next = digests.size();
        is_damaged = next >= files.size() ||
                     line != "debugfs: cat <" + std::to_string(files[next].inode) + ">";
        return !is_damaged;
    }
};

CatDigests::CatDigests(std::vector<InodeSize> files)
    : state_(std::make_unique<State>(State{.files = std::move(files)})) {}

CatDigests::~CatDigests() = default;

void CatDigests::take(std::string_view piece) {
    while (!piece.empty() && !state_->is_damaged) {
        if (!state_->digester) {
            if (!state_->take_line(piece)) {
                continue;
            }
            state_->left = state_->files[state_->digests.size()].size;
            state_->digester.emplace(disk_images::DigestKind::sha256);
        }
        const std::size_t some = std::min<std::uint64_t>(state_->left, piece.size());
        state_->digester->update(piece.data(), some);
        state_->left -= some;
        piece.remove_prefix(some);
        if (state_->left == 0) {
            state_->next_file();
        }
    }
}

std::vector<std::string> CatDigests::finish() {
    if (state_->is_damaged || state_->digests.size() != state_->files.size() ||
        !state_->line.empty()) {
        throw base::Error("the file system is damaged: a file is not as long as it says");
    }
    return std::move(state_->digests);
}

}  // namespace goldsmith::contents
