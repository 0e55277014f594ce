#include "audit/verify.h"

#include <fstream>

#include "audit/files.h"
#include "base/error.h"

namespace goldsmith::audit {

namespace {

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

/// One pass over all lines in order. Ends with the first problem.
class Pass {
public:
    Pass(Link begin, std::optional<Link> head, std::optional<Link> known)
        : last_(std::move(begin)), begin_(last_.sequence) {
        for (auto& expected : {std::move(head), std::move(known)}) {
            if (expected && expected->sequence >= begin_ && expected->sequence > 0) {
                expected_.push_back(*expected);
            }
        }
    }

    bool read(const LogFile& file) {
        ++verdict_.files;
        std::ifstream in(file.path, std::ios::binary);
        if (!in) {
            throw base::SystemError("open " + file.path.string());
        }
        std::string line;
        std::uint64_t place = 0;
        while (std::getline(in, line)) {
            if (in.eof()) {
                break;  // no line break yet: it is being written, or was when the power failed
            }
            ++place;
            const auto problem = check(file, line, place);
            if (!problem.empty()) {
                verdict_.problem = problem;
                return false;
            }
            last_place_ = place_text(file, place);
        }
        return true;
    }

    Verdict finish() {
        for (const Link& expected : expected_) {
            if (verdict_.problem.empty() && expected.sequence > last_.sequence) {
                verdict_.problem = (last_place_.empty() ? std::string("the log") : last_place_) +
                                   ": the log ends with line number " + number(last_.sequence) +
                                   ", but line number " + number(expected.sequence) +
                                   " has been written: the end was cut off";
            }
        }
        verdict_.head = last_;
        return verdict_;
    }

private:
    static std::string place_text(const LogFile& file, std::uint64_t place) {
        return file.path.filename().string() + ":" + number(place);
    }

    /// What is wrong, or nothing.
    std::string check(const LogFile& file, const std::string& line, std::uint64_t place) {
        const std::string here = place_text(file, place);
        const auto claim = claim_of(line);
        if (!claim) {
            return here + ": the line was altered: it does not end with its place in the chain";
        }
        if (place == 1 && claim->sequence != file.first) {
            return here + ": this is line number " + number(claim->sequence) +
                   " of the log, but the file's name says " + number(file.first);
        }
        if (claim->sequence != last_.sequence + 1) {
            return here + ": this is line number " + number(claim->sequence) +
                   " of the log where line number " + number(last_.sequence + 1) +
                   " is expected: lines were removed, added or moved";
        }
        if (claim->previous != last_.hash) {
            return (last_place_.empty() ? here : last_place_) +
                   ": the line was altered: its SHA-256 is " + last_.hash +
                   ", the line after it says " + claim->previous;
        }
        last_ = {claim->sequence, hash_of_line(line)};
        ++verdict_.lines;
        for (const Link& expected : expected_) {
            if (expected.sequence == last_.sequence && expected.hash != last_.hash) {
                return here + ": the line was altered: its SHA-256 is " + last_.hash +
                       ", it was noted as " + expected.hash;
            }
        }
        return {};
    }

    Link last_;
    std::uint64_t begin_;
    std::vector<Link> expected_;
    std::string last_place_;
    Verdict verdict_;
};

}  // namespace

Verdict verify(const base::Path& folder, const std::optional<Link>& known) {
    const auto head = read_link(head_file(folder));  // before the files: they only grow
    const auto pruned = read_link(pruned_file(folder));
    Pass pass(pruned.value_or(Link{}), head, known);
    for (const LogFile& file : log_files(folder)) {
        // Removing files comes after noting it: one that is noted may still be there.
        if (pruned && file.first <= pruned->sequence) {
            continue;
        }
        if (!pass.read(file)) {
            break;
        }
    }
    return pass.finish();
}

}  // namespace goldsmith::audit
