#include "policy/principals.h"

#include <algorithm>
#include <boost/json.hpp>

#include "policy/json_tree.h"

namespace goldsmith::policy {
namespace {

namespace json = boost::json;

bool is_account(std::string_view text) {
    return text.size() == 12 &&
           std::ranges::all_of(text, [](char each) { return each >= '0' && each <= '9'; });
}

/// "arn:aws:iam::123456789012:root" -> "123456789012".
std::string account_of_root(const std::string& arn) {
    constexpr std::string_view end = ":root";
    const auto parts = arn.starts_with("arn:") && arn.ends_with(end);
    const auto head = parts ? arn.substr(0, arn.size() - end.size()) : std::string();
    const auto account = head.size() >= 12 ? head.substr(head.size() - 12) : std::string();
    return is_account(account) ? account : std::string();
}

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

std::vector<std::string> strings_of(const json::value& value, const std::string& path) {
    std::vector<std::string> strings;
    const auto add = [&](const json::value& each, const std::string& place) {
        if (!each.is_string() || each.as_string().empty()) {
            throw PolicyError(place, "must be a text that is not empty");
        }
        strings.emplace_back(each.as_string());
    };
    if (!value.is_array()) {
        add(value, path);
        return strings;
    }
    for (std::size_t i = 0; i < value.as_array().size(); ++i) {
        add(value.as_array()[i], path + "[" + std::to_string(i) + "]");
    }
    if (strings.empty()) {
        throw PolicyError(path, "must name at least one principal");
    }
    return strings;
}

void check_arn(const std::string& arn, const std::string& path) {
    const bool named = arn.starts_with("arn:") && std::ranges::count(arn, ':') >= 5;
    if (!named) {
        throw PolicyError(path, "'" + arn +
                                    "' is no principal: name an account (12 digits), an ARN of "
                                    "a user, role or session, or \"*\"");
    }
    if (arn.find_first_of("*?") != std::string::npos) {
        throw PolicyError(path, "'" + arn +
                                    "' holds a wildcard: a principal is named in full, or "
                                    "everybody is named with \"*\"");
    }
}

}  // namespace

Principals Principals::read(const json::value& value, const std::string& path) {
    Principals principals;
    if (value.is_string() && value.as_string() == "*") {
        principals.everybody_ = true;
        return principals;
    }
    if (!value.is_object() || value.as_object().empty()) {
        throw PolicyError(path,
                          "must be \"*\" or an object with AWS, Service, Federated or "
                          "CanonicalUser");
    }
    for (const auto& [key, list] : value.as_object()) {
        const std::string place = path + "." + std::string(key);
        const auto strings = strings_of(list, place);
        if (key == "Service") {
            principals.services_ = strings;
        } else if (key == "AWS") {
            for (const std::string& each : strings) {
                if (each == "*") {
                    principals.everybody_ = true;
                } else if (is_account(each)) {
                    principals.accounts_.push_back(each);
                } else if (const auto account = account_of_root(each); !account.empty()) {
                    principals.accounts_.push_back(account);
                } else {
                    check_arn(each, place);
                    principals.arns_.push_back(each);
                }
            }
        } else if (key != "Federated" && key != "CanonicalUser") {
            throw PolicyError(place,
                              "unknown kind of principal; known: AWS, Service, Federated, "
                              "CanonicalUser");
        }
    }
    return principals;
}

Named Principals::match(const Caller& caller) const {
    if (caller.kind == CallerKind::service) {
        const bool named = everybody_ || contains(services_, caller.service);
        return named ? Named::exactly : Named::no;
    }
    if (!caller.arn.empty() && contains(arns_, caller.arn)) {
        return Named::exactly;
    }
    if (!caller.role_arn.empty() && contains(arns_, caller.role_arn)) {
        return Named::role;
    }
    if (everybody_) {
        return Named::everybody;
    }
    return !caller.account.empty() && contains(accounts_, caller.account) ? Named::account
                                                                          : Named::no;
}

}  // namespace goldsmith::policy
