// Context: the condition keys of one request with their values, as policies see them. Keys are
// case-insensitive ("aws:SourceIp"), and so is the tag key within one ("aws:RequestTag/Team"). A
// value; belongs to one thread while it is filled, thread-safe to read afterwards.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace goldsmith::policy {

/// ASCII only, as the names of keys and actions are.
std::string lower_case(std::string_view text);

class Context {
public:
    using Values = std::vector<std::string>;

    void set(std::string_view key, std::string value) { set(key, Values{std::move(value)}); }
    /// An empty list makes a key that is there and has no value (aws:TagKeys of no tags).
    void set(std::string_view key, Values values);

    /// Null when the request has no such key.
    const Values* find(std::string_view key) const;
    /// The value of a key that has exactly one: what a policy variable stands for.
    const std::string* single(std::string_view key) const;

private:
    std::map<std::string, Values, std::less<>> values_;
};

}  // namespace goldsmith::policy
