#include "http/form.h"

#include <boost/json.hpp>
#include <optional>

namespace goldsmith::http {
namespace {

namespace json = boost::json;

std::optional<FormProblem> insert(json::object& root, const std::string& name,
                                  const std::string& value, const FormLimits& limits) {
    if (name.size() > limits.name_bytes) {
        return FormProblem{"A parameter name is longer than " + std::to_string(limits.name_bytes) +
                           " bytes."};
    }
    json::object* place = &root;
    std::string_view rest = name;
    for (std::size_t depth = 1;; ++depth) {
        const auto dot = rest.find('.');
        const auto key = rest.substr(0, dot);
        if (key.empty()) {
            return FormProblem{"The parameter name '" + name + "' has an empty part."};
        }
        if (depth > limits.depth) {
            return FormProblem{"The parameter '" + name + "' is nested more than " +
                               std::to_string(limits.depth) + " levels deep."};
        }
        const bool leaf = dot == std::string_view::npos;
        const auto [entry, is_new] =
            place->emplace(key, leaf ? json::value(value) : json::value(json::object()));
        if (leaf) {
            return is_new
                       ? std::nullopt
                       : std::optional(FormProblem{"The parameter '" + name + "' is given twice."});
        }
        if (!entry->value().is_object()) {
            return FormProblem{"The parameter '" + name +
                               "' is given both as a value and as a structure."};
        }
        place = &entry->value().get_object();
        rest.remove_prefix(dot + 1);
    }
}

}  // namespace

std::variant<json::object, FormProblem> form_tree(const FormFields& fields,
                                                  const FormLimits& limits) {
    if (fields.size() > limits.fields) {
        return FormProblem{"The request has more than " + std::to_string(limits.fields) +
                           " parameters."};
    }
    json::object root;
    for (const auto& [name, value] : fields) {
        if (auto problem = insert(root, name, value, limits)) {
            return *std::move(problem);
        }
    }
    return root;
}

}  // namespace goldsmith::http
