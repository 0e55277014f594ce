#include "api/violation.h"

#include <algorithm>
#include <string_view>

namespace goldsmith::api {

namespace {

std::string rule_text(const Violation& violation) {
    const auto& limit = violation.limit;
    switch (violation.constraint) {
        case Constraint::missing:
            return "is required";
        case Constraint::kind:
            return "must be " + limit;
        case Constraint::shortest:
            return "must have at least " + limit + " characters";
        case Constraint::longest:
            return "must have at most " + limit + " characters";
        case Constraint::smallest:
            return "must be at least " + limit;
        case Constraint::largest:
            return "must be at most " + limit;
        case Constraint::fewest:
            return "must have at least " + limit + " items";
        case Constraint::most:
            return "must have at most " + limit + " items";
        case Constraint::pattern:
            return "must match pattern " + limit;
        case Constraint::one_of:
            return "must be one of " + limit;
    }
    return "is not valid";
}

std::string coral_rule(const Violation& violation) {
    const auto& limit = violation.limit;
    switch (violation.constraint) {
        case Constraint::missing:
            return "Member must not be null";
        case Constraint::shortest:
        case Constraint::fewest:
            return "Member must have length greater than or equal to " + limit;
        case Constraint::longest:
        case Constraint::most:
            return "Member must have length less than or equal to " + limit;
        case Constraint::smallest:
            return "Member must have value greater than or equal to " + limit;
        case Constraint::largest:
            return "Member must have value less than or equal to " + limit;
        case Constraint::pattern:
            return "Member must satisfy regular expression pattern: " + limit;
        case Constraint::one_of:
            return "Member must satisfy enum value set: [" + limit + "]";
        case Constraint::kind:
            break;
    }
    return "Member must be " + limit;
}

ApiError coral_answer(const ErrorShape& error, const Violation& violation) {
    const auto value = violation.constraint == Constraint::missing ? std::string("null")
                                                                   : "'" + violation.value + "'";
    return ApiError(error.code, error.http_status,
                    "1 validation error detected: Value " + value + " at '" + violation.path +
                        "' failed to satisfy constraint: " + coral_rule(violation));
}

ApiError image_builder_answer(const ErrorShape& error, const Violation& violation) {
    return ApiError(error.code, error.http_status,
                    "The value supplied for parameter '" + violation.path + "' is not valid. " +
                        describe(violation));
}

ApiError ec2_answer(const ErrorShape& error, const Violation& violation) {
    if (violation.constraint == Constraint::missing) {
        return ApiError("MissingParameter", 400,
                        "The request must contain the parameter " + violation.path);
    }
    return ApiError(error.code, error.http_status,
                    "Value (" + violation.value + ") for parameter " + violation.path +
                        " is invalid. " + describe(violation));
}

/// The error of the service that speaks of an unfit value.
const ErrorShape& error_of(const Service& service, const Operation& operation) {
    static constexpr ErrorShape last_resort{"ValidationError", 400};
    if (operation.violation != nullptr) {
        return *operation.violation;
    }
    for (const std::string_view code :
         {"InvalidParameterValueException", "InvalidParameterValue", "InvalidParameterException",
          "ValidationError", "InvalidParameter", "ValidationException"}) {
        const auto found =
            std::find_if(service.errors.begin(), service.errors.end(),
                         [&](const ErrorShape* error) { return error->code == code; });
        if (found != service.errors.end()) {
            return **found;
        }
    }
    return last_resort;
}

}  // namespace

ViolationError::ViolationError(Violation violation)
    : base::Error(describe(violation)), violation_(std::move(violation)) {}

std::string describe(const Violation& violation) {
    return "'" + violation.path + "' " + rule_text(violation);
}

ApiError violation_answer(const Service& service, const Operation& operation,
                          const Violation& violation) {
    const auto& error = error_of(service, operation);
    switch (service.violations) {
        case ViolationStyle::coral:
            return coral_answer(error, violation);
        case ViolationStyle::ec2:
            return ec2_answer(error, violation);
        case ViolationStyle::image_builder:
        case ViolationStyle::plain:
            break;
    }
    return image_builder_answer(error, violation);
}

}  // namespace goldsmith::api
