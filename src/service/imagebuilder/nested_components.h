// The components that a recipe's components run with ExecuteDocument: frozen into the build's plan,
// because an instance has no way to the API of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/imagebuilder/recipe_components.h"

namespace goldsmith::service::imagebuilder {

struct NestedComponent {
    std::string arn{};       // as the document spells it
    std::string resolved{};  // the build version
    std::string data{};
};

/// Every ARN of a component that stands in the documents or in the parameters given to them, and in
/// what those lead to, as deep as documents may nest. An ARN that leads nowhere is left out: only
/// running the step would show whether it is used, and the executor names it then.
std::vector<NestedComponent> nested_components(db::Connection& connection,
                                               const api::CallContext& context,
                                               const std::vector<RecipeComponent>& components);

/// The component ARNs in a text, in order, each once. Pure.
std::vector<std::string> component_arns_in(std::string_view text);

}  // namespace goldsmith::service::imagebuilder
