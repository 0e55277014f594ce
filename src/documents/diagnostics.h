// Diagnostics: what is wrong with a document, and where.
//
// Used by every parser of this folder and by those who show the result (`toe validate`, `goldsmith
// validate`, the API's create operations). Plain values; no thread-safety concerns.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::documents {

/// A place in a source text. Lines and columns count from 1; 0 means "the document as a whole".
struct Position {
    int line = 0;
    int column = 0;
    friend bool operator==(const Position&, const Position&) = default;
};

/// One error. `message` is what the API returns for the document; to_string() is what people see.
struct Diagnostic {
    std::string file;
    Position position;
    std::string message;

    /// `file:line:col: error: message` (`file: error: message` without a position).
    std::string to_string() const;
};

/// Thrown when a text is not a valid document. Holds at least one diagnostic, in source order.
/// what() is the message of the first one, without its position: callers that wrap it (the API's
/// "The value supplied for parameter 'data' is not valid. ...") depend on that.
class DocumentErrors : public std::exception {
public:
    explicit DocumentErrors(std::vector<Diagnostic> diagnostics);
    const char* what() const noexcept override;
    const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    /// All diagnostics, one per line, no final newline.
    std::string to_string() const;

private:
    std::vector<Diagnostic> diagnostics_;
};

/// Collects the errors of one document so that a user sees all of them at once. Keeps the first
/// `max_errors` and drops the rest, which bounds memory for hostile input.
class DiagnosticSink {
public:
    static constexpr std::size_t max_errors = 100;

    explicit DiagnosticSink(std::string file) : file_(std::move(file)) {}
    void error(Position position, std::string message);
    bool empty() const { return diagnostics_.empty(); }
    std::size_t size() const { return diagnostics_.size(); }
    const std::string& file() const { return file_; }
    const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
    /// Throws DocumentErrors when anything was reported.
    void throw_if_any() const;

private:
    std::string file_;
    std::vector<Diagnostic> diagnostics_;
};

}  // namespace goldsmith::documents
