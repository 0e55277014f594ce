#include "documents/expression.h"

#include <algorithm>
#include <charconv>

namespace goldsmith::documents {
namespace {

constexpr std::size_t longest_body = 4096;

bool is_name_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

bool holds_blank(std::string_view text) {
    return std::ranges::any_of(text, is_blank);
}

std::optional<Expression> parse_ssm(std::string_view name) {
    if (take_prefix(name, "resolve(")) {
        if (!name.ends_with(')')) {
            return std::nullopt;
        }
        name.remove_suffix(1);
        const bool nested = take_prefix(name, "aws:ssm:");
        if (name.empty() || holds_blank(name) || (!nested && !is_name(name))) {
            return std::nullopt;
        }
        return SsmReference{std::string(name), !nested, nested};
    }
    if (name.empty() || holds_blank(name)) {
        return std::nullopt;
    }
    return SsmReference{std::string(name), false, false};
}

/// `inputs`, `outputs`, `outputs[3]`: which list, and which element.
bool parse_selector(std::string_view text, ChainReference& chain) {
    if (take_prefix(text, "outputs")) {
        chain.outputs = true;
    } else if (!take_prefix(text, "inputs")) {
        return false;
    }
    if (text.empty()) {
        return true;
    }
    if (text.size() < 3 || text.size() > 11 || text.front() != '[' || text.back() != ']') {
        return false;
    }
    const char* end = text.data() + text.size() - 1;
    const auto result = std::from_chars(text.data() + 1, end, chain.index);
    return result.ec == std::errc() && result.ptr == end;
}

std::optional<Expression> parse_dotted(std::string_view body) {
    std::vector<std::string_view> parts;
    for (;;) {
        const std::size_t dot = body.find('.');
        parts.push_back(body.substr(0, dot));
        if (dot == std::string_view::npos) {
            break;
        }
        body.remove_prefix(dot + 1);
    }
    if (parts.size() == 2 && (parts[1] == "value" || parts[1] == "index") && is_name(parts[0])) {
        return LoopReference{std::string(parts[0]), parts[1] == "index"};
    }
    ChainReference chain;
    if (parts.size() != 4 || !is_name(parts[0]) || !is_name(parts[1]) ||
        !parse_selector(parts[2], chain) || !has_name_characters(parts[3])) {
        return std::nullopt;
    }
    chain.phase = parts[0];
    chain.step = parts[1];
    chain.key = parts[3];
    return chain;
}

}  // namespace

bool has_name_characters(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_name_character);
}

bool is_name(std::string_view text) {
    return text.size() >= 3 && text.size() <= 128 && has_name_characters(text);
}

std::optional<Expression> parse_expression(std::string_view body) {
    body = trim(body);
    if (body.empty() || body.size() > longest_body) {
        return std::nullopt;
    }
    if (take_prefix(body, "env:")) {
        const bool one_line = body.find_first_of("\r\n") == std::string_view::npos;
        return body.empty() || !one_line
                   ? std::nullopt
                   : std::optional<Expression>(EnvironmentReference{std::string(body)});
    }
    if (take_prefix(body, "aws:imds:")) {
        return body.empty() || holds_blank(body)
                   ? std::nullopt
                   : std::optional<Expression>(MetadataReference{std::string(body)});
    }
    if (take_prefix(body, "aws:ssm:")) {
        return parse_ssm(body);
    }
    if (take_prefix(body, "context:")) {
        return has_name_characters(body)
                   ? std::optional<Expression>(ContextReference{std::string(body)})
                   : std::nullopt;
    }
    if (is_name(body)) {
        return NameReference{std::string(body)};
    }
    return parse_dotted(body);
}

std::vector<Occurrence> find_expressions(std::string_view text) {
    std::vector<Occurrence> found;
    std::size_t close = 0;
    for (std::size_t open = text.find("{{"); open != std::string_view::npos;) {
        // The closing braces are looked for once, not again from each opening pair.
        if (close < open + 2) {
            close = text.find("}}", open + 2);
        }
        if (close == std::string_view::npos) {
            break;
        }
        std::optional<Expression> expression;
        const std::string_view body = text.substr(open + 2, close - open - 2);
        if (body.size() <= longest_body) {
            expression = parse_expression(body);
        }
        if (expression) {
            found.push_back({open, close + 2 - open, trim(body), std::move(*expression)});
        }
        open = text.find("{{", expression ? close + 2 : open + 1);
    }
    return found;
}

bool has_expression(std::string_view text) {
    return !find_expressions(text).empty();
}

std::string expand(std::string_view text, const Resolver& resolve) {
    std::string result;
    std::size_t done = 0;
    for (const Occurrence& occurrence : find_expressions(text)) {
        result.append(text.substr(done, occurrence.offset - done));
        const auto value = resolve(occurrence);
        result.append(value ? std::string_view(*value)
                            : text.substr(occurrence.offset, occurrence.length));
        done = occurrence.offset + occurrence.length;
    }
    return result.append(text.substr(done));
}

}  // namespace goldsmith::documents
