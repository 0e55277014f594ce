#include "guest/line_splitter.h"

namespace goldsmith::guest {

void LineSplitter::emit(std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    sink_(line);
}

void LineSplitter::feed(std::string_view chunk) {
    for (;;) {
        const std::size_t end = chunk.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        if (partial_.empty()) {
            emit(chunk.substr(0, end));
        } else {
            partial_.append(chunk.substr(0, end));
            emit(partial_);
            partial_.clear();
        }
        chunk.remove_prefix(end + 1);
    }
    partial_.append(chunk);
    // Half is kept back, so that a secret which has only begun to arrive is not split either.
    while (partial_.size() >= 2 * longest_line_bytes) {
        std::size_t cut = masker_.safe_cut(partial_, longest_line_bytes);
        if (cut == 0) {
            cut = longest_line_bytes;  // a "secret" longer than a whole piece
        }
        emit(std::string_view(partial_).substr(0, cut));
        partial_.erase(0, cut);
    }
}

void LineSplitter::finish() {
    if (!partial_.empty()) {
        emit(partial_);
        partial_.clear();
    }
}

}  // namespace goldsmith::guest
