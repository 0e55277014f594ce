#include "guest/toe_options.h"

#include <algorithm>

#include "documents/suggestion.h"

namespace goldsmith::guest {
namespace {

const OptionSpec& find_option(std::span<const OptionSpec> specs, const std::string& word) {
    const bool is_short = word.size() == 2 && word[1] != '-';
    const std::string name = is_short ? word.substr(1) : word.substr(2);
    auto found = std::ranges::find_if(specs, [&](const OptionSpec& spec) {
        return is_short ? spec.short_name == name[0] : spec.name == name;
    });
    if (found != specs.end()) {
        return *found;
    }
    std::vector<std::string_view> names;
    std::ranges::transform(specs, std::back_inserter(names), &OptionSpec::name);
    throw UsageError("unknown option '" + word + "'." +
                     (is_short ? "" : documents::did_you_mean(name, names)));
}

std::vector<std::string> split_list(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        if (end > begin) {
            parts.push_back(text.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return parts;
}

}  // namespace

Options Options::parse(std::span<const OptionSpec> specs,
                       const std::vector<std::string>& arguments) {
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        std::string word = arguments[i];
        if (word.size() < 2 || word[0] != '-') {
            throw UsageError("unexpected argument '" + word + "'");
        }
        std::string value;
        const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        const bool attached = equals != std::string::npos;
        if (attached) {
            value = word.substr(equals + 1);
            word.resize(equals);
        }
        const OptionSpec& spec = find_option(specs, word);
        const bool flag = spec.argument.empty();
        if (flag && attached) {
            throw UsageError("the option " + word + " takes no value");
        }
        if (!flag && !attached) {
            if (i + 1 == arguments.size()) {
                throw UsageError("the option " + word +
                                 " needs a value: " + std::string(spec.argument));
            }
            value = arguments[++i];
        }
        if (!options.values_.emplace(spec.name, value).second) {
            throw UsageError("the option " + word + " is given twice");
        }
    }
    return options;
}

std::string Options::text(std::string_view name) const {
    auto found = values_.find(name);
    return found == values_.end() ? "" : found->second;
}

std::vector<std::string> Options::list(std::string_view name) const {
    return split_list(text(name));
}

std::map<std::string, std::string> parse_assignments(const std::string& text) {
    std::map<std::string, std::string> values;
    for (const std::string& part : split_list(text)) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
            throw UsageError("'" + part + "' is not name=value; both are required");
        }
        values[part.substr(0, equals)] = part.substr(equals + 1);
    }
    return values;
}

std::string options_help(std::span<const OptionSpec> specs) {
    std::string text;
    for (const OptionSpec& spec : specs) {
        std::string line =
            spec.short_name != 0 ? std::string("  -") + spec.short_name + ", " : "      ";
        line += "--" + std::string(spec.name) + (spec.argument.empty() ? "" : " ") +
                std::string(spec.argument);
        constexpr std::size_t help_column = 40;
        line += std::string(line.size() < help_column ? help_column - line.size() : 1, ' ');
        text += line + std::string(spec.help) + "\n";
    }
    return text;
}

}  // namespace goldsmith::guest
