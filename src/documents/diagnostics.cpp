#include "documents/diagnostics.h"

#include <algorithm>
#include <utility>

namespace goldsmith::documents {

std::string Diagnostic::to_string() const {
    std::string text = file;
    if (position.line > 0) {
        text += ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
    }
    text += ": error: ";
    for (char c : message) {
        text += c == '\n' ? ' ' : c;  // one diagnostic is one line
    }
    return text;
}

DocumentErrors::DocumentErrors(std::vector<Diagnostic> diagnostics)
    : diagnostics_(std::move(diagnostics)) {}

const char* DocumentErrors::what() const noexcept {
    return diagnostics_.empty() ? "invalid document" : diagnostics_.front().message.c_str();
}

std::string DocumentErrors::to_string() const {
    std::string text;
    for (const Diagnostic& diagnostic : diagnostics_) {
        text += (text.empty() ? "" : "\n") + diagnostic.to_string();
    }
    return text;
}

void DiagnosticSink::error(Position position, std::string message) {
    if (diagnostics_.size() < max_errors) {
        diagnostics_.push_back({file_, position, std::move(message)});
    }
}

void DiagnosticSink::throw_if_any() const {
    if (!diagnostics_.empty()) {
        std::vector<Diagnostic> sorted = diagnostics_;
        std::ranges::stable_sort(sorted, {}, [](const Diagnostic& diagnostic) {
            return std::pair(diagnostic.position.line, diagnostic.position.column);
        });
        throw DocumentErrors(std::move(sorted));
    }
}

}  // namespace goldsmith::documents
