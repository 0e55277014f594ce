#include "service/imagebuilder/nested_components.h"

#include <algorithm>
#include <set>

#include "api/error.h"
#include "api/generated/imagebuilder/components_json.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

/// ExecuteDocument nests three levels below the documents of the recipe.
constexpr int kMostLevels = 3;
/// What a plan holds at most; more than any document that people write asks for.
constexpr std::size_t kMostNested = 200;

constexpr std::string_view kArnCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/";

std::optional<api::Arn> component_arn(const std::string& text) {
    try {
        return parse_arn("document", text, api::ResourceType::component);
    } catch (const api::ApiError&) {
        return std::nullopt;
    }
}

std::optional<ib::Component> find_component(db::Connection& connection,
                                            const api::CallContext& context,
                                            const std::string& text) {
    const auto arn = component_arn(text);
    if (!arn) {
        return std::nullopt;
    }
    try {
        const auto row = resolve(connection, state::components(), context, *arn);
        return row ? std::optional(from_body<ib::Component>(row->body)) : std::nullopt;
    } catch (const api::ApiError&) {
        return std::nullopt;  // a malformed version
    }
}

}  // namespace

std::vector<std::string> component_arns_in(std::string_view text) {
    std::vector<std::string> found;
    for (std::size_t at = text.find("arn:"); at != std::string_view::npos;
         at = text.find("arn:", at + 1)) {
        const std::size_t end = text.find_first_not_of(kArnCharacters, at);
        std::string arn(text.substr(at, end == std::string_view::npos ? end : end - at));
        while (arn.ends_with('.') || arn.ends_with(':')) {
            arn.pop_back();  // of the sentence around it
        }
        if (arn.find(":component/") != std::string::npos &&
            std::find(found.begin(), found.end(), arn) == found.end()) {
            found.push_back(std::move(arn));
        }
    }
    return found;
}

std::vector<NestedComponent> nested_components(db::Connection& connection,
                                               const api::CallContext& context,
                                               const std::vector<RecipeComponent>& components) {
    std::vector<std::string> texts;
    for (const RecipeComponent& one : components) {
        texts.push_back(one.component.data.value_or(""));
        for (const ib::ComponentParameter& parameter : one.parameters) {
            texts.insert(texts.end(), parameter.value.begin(), parameter.value.end());
        }
    }
    std::vector<NestedComponent> nested;
    std::set<std::string> seen;
    for (int level = 0; level < kMostLevels && !texts.empty(); ++level) {
        std::vector<std::string> next;
        for (const std::string& text : texts) {
            for (const std::string& arn : component_arns_in(text)) {
                if (nested.size() == kMostNested || !seen.insert(arn).second) {
                    continue;
                }
                if (const auto component = find_component(connection, context, arn)) {
                    nested.push_back({arn, component->arn.value(), component->data.value_or("")});
                    next.push_back(nested.back().data);
                }
            }
        }
        texts = std::move(next);
    }
    return nested;
}

}  // namespace goldsmith::service::imagebuilder
