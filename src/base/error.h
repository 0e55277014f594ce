// Errors: exceptions for failure. Each layer adds its own context by nesting the cause
// (`throw_with_context`) and never repeats the cause's text; `error_chain` renders the whole chain
// once, where it is logged or shown. A missing row is std::optional and a failed step is a value,
// not an exception. Thread-safe: values only.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace goldsmith::base {

/// Any failure of ours that no caller distinguishes further.
class Error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A failed system call. Captures errno before anything can overwrite it.
class SystemError : public Error {
public:
    /// Uses the current errno. `what_failed` names the operation and its object: "open /etc/fstab".
    explicit SystemError(std::string_view what_failed);
    SystemError(std::string_view what_failed, int error_number);

    int error_number() const noexcept { return error_number_; }

private:
    int error_number_;
};

/// Throws Error(context) with the exception being handled nested inside. Call within a catch block.
[[noreturn]] void throw_with_context(const std::string& context);

/// "outer: middle: innermost", following nested exceptions.
std::string error_chain(const std::exception& error);

/// error_chain of the exception being handled, whatever its type. Call within a catch block.
std::string current_error_chain();

}  // namespace goldsmith::base
