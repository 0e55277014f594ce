#include "api/arn.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace goldsmith::api {

namespace {

struct TypeRule {
    ResourceType type;
    std::string_view text;
    bool version;
    bool build;
};

constexpr std::array<TypeRule, 9> rules{{
    {ResourceType::component, "component", true, true},
    {ResourceType::image_recipe, "image-recipe", true, false},
    {ResourceType::container_recipe, "container-recipe", true, false},
    {ResourceType::infrastructure_configuration, "infrastructure-configuration", false, false},
    {ResourceType::distribution_configuration, "distribution-configuration", false, false},
    {ResourceType::image_pipeline, "image-pipeline", false, false},
    {ResourceType::image, "image", true, true},
    {ResourceType::workflow, "workflow", true, true},
    {ResourceType::lifecycle_policy, "lifecycle-policy", false, false},
}};

const TypeRule& rule_of(ResourceType type) {
    return rules[static_cast<std::size_t>(type)];
}

/// What a text was split into; every request reads an ARN, so there is no memory to ask for.
class Parts {
public:
    std::size_t size() const { return size_; }
    std::string_view operator[](std::size_t index) const { return parts_[index]; }
    auto begin() const { return parts_.begin(); }
    auto end() const { return parts_.begin() + static_cast<std::ptrdiff_t>(size_); }
    void push_back(std::string_view part) { parts_[size_++] = part; }

private:
    std::array<std::string_view, 6> parts_{};
    std::size_t size_ = 0;
};

/// `most` is 6 at most.
Parts split(std::string_view text, char separator, std::size_t most) {
    Parts parts;
    while (parts.size() + 1 < most) {
        const auto at = text.find(separator);
        if (at == std::string_view::npos) {
            break;
        }
        parts.push_back(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    parts.push_back(text);
    return parts;
}

template <class Predicate>
bool is_all(std::string_view text, Predicate predicate) {
    return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}

bool is_slug(std::string_view text) {
    return is_all(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; });
}

bool is_partition(std::string_view text) {
    return text.starts_with("aws") && is_all(text, [](char c) { return is_lower(c) || c == '-'; });
}

bool is_region(std::string_view text) {
    return is_all(text, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_owner(std::string_view text) {
    if (text.size() == 12 && is_all(text, is_digit)) {
        return true;
    }
    return text == "third-party" || text == "aws" ||
           (text.starts_with("aws-") &&
            is_all(text.substr(4), [](char c) { return is_lower(c) || c == '-'; }));
}

bool is_version_spelling(std::string_view text) {
    const auto nodes = split(text, '.', 4);
    return nodes.size() == 3 && std::all_of(nodes.begin(), nodes.end(), [](std::string_view node) {
               return node == "x" || is_all(node, is_digit);
           });
}

/// Reads "<slug>[/<version>[/<build>]]" into `arn`, whose type is known.
bool read_name(std::string_view text, Arn& arn) {
    const auto parts = split(text, '/', 4);
    const auto& rule = rule_of(arn.type);
    const std::size_t most = rule.build ? 3 : rule.version ? 2 : 1;
    if (parts.size() > most || !is_slug(parts[0])) {
        return false;
    }
    arn.slug = parts[0];
    if (parts.size() >= 2) {
        if (!is_version_spelling(parts[1])) {
            return false;
        }
        arn.version = parts[1];
    }
    if (parts.size() == 3) {
        const auto build = parse_version("0.0.0/" + std::string(parts[2]));
        if (!build || arn.is_wildcard()) {
            return false;
        }
        arn.build = build->build;
    }
    return true;
}

bool read_resource(std::string_view text, Arn& arn) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) {
        return false;
    }
    const auto* rule = std::find_if(rules.begin(), rules.end(), [&](const TypeRule& candidate) {
        return candidate.text == text.substr(0, slash);
    });
    if (rule == rules.end()) {
        return false;
    }
    arn.type = rule->type;
    text.remove_prefix(slash + 1);
    if (arn.type == ResourceType::workflow) {
        const auto parts = split(text, '/', 2);
        if (parts.size() != 2 ||
            (parts[0] != "build" && parts[0] != "test" && parts[0] != "distribution")) {
            return false;
        }
        arn.workflow_type = parts[0];
        text = parts[1];
    }
    return read_name(text, arn);
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    });
    return result;
}

}  // namespace

std::string_view to_string(ResourceType type) {
    return rule_of(type).text;
}
bool has_version(ResourceType type) {
    return rule_of(type).version;
}
bool has_build(ResourceType type) {
    return rule_of(type).build;
}

std::string slug_of(std::string_view name) {
    auto slug = lower(name);
    std::replace_if(
        slug.begin(), slug.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
    return slug;
}

std::optional<Arn> Arn::parse(std::string_view text) {
    const auto parts = split(text, ':', 6);
    if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "imagebuilder" ||
        !is_partition(parts[1]) || !is_region(parts[3]) || !is_owner(parts[4])) {
        return std::nullopt;
    }
    Arn arn;
    arn.partition = parts[1];
    arn.region = parts[3];
    arn.owner = parts[4];
    if (!read_resource(parts[5], arn)) {
        return std::nullopt;
    }
    return arn;
}

std::string Arn::text() const {
    std::string text;
    text.reserve(partition.size() + region.size() + owner.size() + workflow_type.size() +
                 slug.size() + version.size() + 64);
    const auto append = [&text](std::string_view before, std::string_view part) {
        text.append(before).append(part);
    };
    append("arn:", partition);
    append(":imagebuilder:", region);
    append(":", owner);
    append(":", to_string(type));
    if (!workflow_type.empty()) {
        append("/", workflow_type);
    }
    append("/", slug);
    if (!version.empty()) {
        append("/", version);
    }
    if (build != 0) {
        append("/", std::to_string(build));
    }
    return text;
}

Arn Arn::with_version(std::string_view new_version) const {
    Arn arn = *this;
    arn.version = new_version;
    arn.build = 0;
    return arn;
}

Arn Arn::with_build(std::uint32_t new_build) const {
    Arn arn = *this;
    arn.build = new_build;
    return arn;
}

Arn make_arn(ResourceType type, std::string_view region, std::string_view account,
             std::string_view name, std::string_view version, std::uint32_t build) {
    Arn arn;
    arn.region = region;
    arn.owner = account;
    arn.type = type;
    arn.slug = slug_of(name);
    arn.version = version;
    arn.build = build;
    return arn;
}

Arn make_workflow_arn(std::string_view workflow_type, std::string_view region,
                      std::string_view account, std::string_view name, std::string_view version,
                      std::uint32_t build) {
    auto arn = make_arn(ResourceType::workflow, region, account, name, version, build);
    arn.workflow_type = lower(workflow_type);
    return arn;
}

LatestArns latest_arns(const Arn& arn) {
    const auto nodes = split(arn.version, '.', 3);
    const std::string_view major = nodes[0];
    const std::string_view minor = nodes.size() > 1 ? nodes[1] : "x";
    const auto patch = arn.without_build().text();
    // Up to the slash before the version; all four differ in what follows.
    const auto before = std::string_view(patch).substr(0, patch.size() - arn.version.size());
    const auto made = [&](std::initializer_list<std::string_view> version) {
        std::string text;
        text.reserve(patch.size() + sizeof "x.x.x");
        text.append(before);
        for (const auto part : version) {
            text.append(part);
        }
        return text;
    };
    return {made({"x.x.x"}), made({major, ".x.x"}), made({major, ".", minor, ".x"}), patch};
}

}  // namespace goldsmith::api
