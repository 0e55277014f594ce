#include "base/error.h"

#include <cerrno>
#include <cstring>
#include <exception>

namespace goldsmith::base {

namespace {

std::string describe_errno(std::string_view what_failed, int error_number) {
    return std::string(what_failed) + ": " + std::strerror(error_number);
}

}  // namespace

SystemError::SystemError(std::string_view what_failed) : SystemError(what_failed, errno) {}

SystemError::SystemError(std::string_view what_failed, int error_number)
    : Error(describe_errno(what_failed, error_number)), error_number_(error_number) {}

void throw_with_context(const std::string& context) {
    std::throw_with_nested(Error(context));
}

std::string error_chain(const std::exception& error) {
    std::string text = error.what();
    try {
        std::rethrow_if_nested(error);
    } catch (const std::exception& cause) {
        text += ": " + error_chain(cause);
    } catch (...) {
        text += ": unknown error";
    }
    return text;
}

std::string current_error_chain() {
    try {
        throw;
    } catch (const std::exception& error) {
        return error_chain(error);
    } catch (...) {
        return "unknown error";
    }
}

}  // namespace goldsmith::base
