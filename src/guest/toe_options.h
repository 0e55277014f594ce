// The command line of toe: `--name value`, `--name=value`, `-n value`, flags. A table says what
// exists; unknown options are errors with a suggestion. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace goldsmith::guest {

class UsageError : public base::Error {
public:
    using base::Error::Error;
};

struct OptionSpec {
    std::string_view name;  ///< without dashes
    char short_name = 0;
    std::string_view argument;  ///< for the help; empty: a flag
    std::string_view help;
};

class Options {
public:
    /// Throws UsageError.
    static Options parse(std::span<const OptionSpec> specs,
                         const std::vector<std::string>& arguments);

    bool has(std::string_view name) const { return values_.contains(name); }
    /// "" when absent.
    std::string text(std::string_view name) const;
    /// Split at commas; empty parts are dropped.
    std::vector<std::string> list(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// "n1=v1,n2=v2". Throws UsageError.
std::map<std::string, std::string> parse_assignments(const std::string& text);

/// One line per option.
std::string options_help(std::span<const OptionSpec> specs);

}  // namespace goldsmith::guest
