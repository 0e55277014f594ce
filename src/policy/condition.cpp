#include "policy/condition.h"

#include <algorithm>
#include <boost/json.hpp>

#include "policy/json_tree.h"

namespace goldsmith::policy {
namespace {

namespace json = boost::json;

constexpr std::string_view for_any = "ForAnyValue:";
constexpr std::string_view for_all = "ForAllValues:";
constexpr std::string_view if_exists = "IfExists";

std::string text_of(const json::value& value, const std::string& path) {
    if (value.is_string()) {
        return std::string(value.as_string());
    }
    if (value.is_bool() || value.is_number()) {
        return json::serialize(value);
    }
    throw PolicyError(path, "must be a text, a number or a truth value");
}

std::string unknown_operator(std::string_view name) {
    std::string problem = "'" + std::string(name) + "' is no condition operator";
    if (const auto spelt = spelling_of(name)) {
        problem += "; it is spelt '" + std::string(*spelt) + "'";
    }
    return problem;
}

}  // namespace

Condition Condition::read_operator(std::string_view name, const std::string& path) {
    Condition condition;
    if (name.starts_with(for_any)) {
        condition.qualifier_ = Qualifier::any_value;
        name.remove_prefix(for_any.size());
    } else if (name.starts_with(for_all)) {
        condition.qualifier_ = Qualifier::all_values;
        name.remove_prefix(for_all.size());
    }
    condition.operator_ = find_operator(name);
    if (condition.operator_ == nullptr && name.ends_with(if_exists)) {
        name.remove_suffix(if_exists.size());
        condition.if_exists_ = true;
        condition.operator_ = find_operator(name);
    }
    if (condition.operator_ == nullptr) {
        throw PolicyError(path, unknown_operator(name));
    }
    if (condition.operator_->compare == nullptr &&
        (condition.if_exists_ || condition.qualifier_ != Qualifier::none)) {
        throw PolicyError(path, "Null takes neither IfExists nor ForAnyValue nor ForAllValues");
    }
    return condition;
}

std::vector<Condition> Condition::read_block(const json::value& block, const std::string& path,
                                             bool variables) {
    if (!block.is_object()) {
        throw PolicyError(path, "must be an object of condition operators");
    }
    std::vector<Condition> conditions;
    for (const auto& [name, keys] : block.as_object()) {
        const std::string place = path + "." + std::string(name);
        const Condition made = read_operator(name, place);
        if (!keys.is_object() || keys.as_object().empty()) {
            throw PolicyError(place, "must be an object of condition keys");
        }
        for (const auto& [key, values] : keys.as_object()) {
            Condition condition = made;
            condition.key_ = key;
            const std::string key_place = place + "." + condition.key_;
            if (condition.key_.find(':') == std::string::npos) {
                throw PolicyError(key_place, "'" + condition.key_ +
                                                 "' is no condition key: keys name their "
                                                 "service, such as aws:SourceIp");
            }
            condition.read_values(values, key_place, variables);
            conditions.push_back(std::move(condition));
        }
    }
    return conditions;
}

void Condition::read_values(const json::value& values, const std::string& path, bool variables) {
    const auto add = [&](const json::value& value, const std::string& place) {
        const std::string text = text_of(value, place);
        const Pattern::Syntax syntax{operator_->wildcards, variables};
        try {
            values_.emplace_back(text, syntax);
        } catch (const base::Error& error) {
            throw PolicyError(place, error.what());
        }
        if (const auto problem = operator_->problem(text);
            !problem.empty() && !values_.back().has_variables()) {
            throw PolicyError(place, problem);
        }
    };
    if (!values.is_array()) {
        add(values, path);
        return;
    }
    for (std::size_t i = 0; i < values.as_array().size(); ++i) {
        add(values.as_array()[i], path + "[" + std::to_string(i) + "]");
    }
    if (values_.empty()) {
        throw PolicyError(path, "must have at least one value");
    }
}

bool Condition::one_holds(const std::string& present, const Context& context, bool allows) const {
    bool unresolved = false;
    for (const Pattern& value : values_) {
        const Match match = operator_->compare(value, present, context);
        if (match == Match::yes) {
            return !operator_->negated;
        }
        unresolved = unresolved || match == Match::unresolved;
    }
    return operator_->negated && !(unresolved && allows);
}

bool Condition::null_holds(const Context& context) const {
    const auto* present = context.find(key_);
    const bool absent = present == nullptr || present->empty();
    return std::ranges::any_of(values_, [&](const Pattern& value) {
        const auto text = value.value(context);
        return text && lower_case(*text) == (absent ? "true" : "false");
    });
}

bool Condition::holds(const Context& context, bool allows) const {
    if (operator_->compare == nullptr) {
        return null_holds(context);
    }
    const auto* present = context.find(key_);
    if (present == nullptr || present->empty()) {
        return if_exists_ || qualifier_ == Qualifier::all_values ||
               (operator_->negated && qualifier_ == Qualifier::none);
    }
    const auto holds = [&](const std::string& each) { return one_holds(each, context, allows); };
    // Without a qualifier a negated operator must hold for every value that is there: the safe
    // reading of what AWS leaves open for keys with several values.
    const bool every = qualifier_ == Qualifier::all_values ||
                       (qualifier_ == Qualifier::none && operator_->negated);
    return every ? std::ranges::all_of(*present, holds) : std::ranges::any_of(*present, holds);
}

std::string Condition::name() const {
    const std::string_view qualifier = qualifier_ == Qualifier::any_value    ? for_any
                                       : qualifier_ == Qualifier::all_values ? for_all
                                                                             : "";
    return std::string(qualifier) + std::string(operator_->name) +
           std::string(if_exists_ ? if_exists : "") + " " + key_;
}

std::string Condition::wanted() const {
    std::string text;
    for (const Pattern& value : values_) {
        text += (text.empty() ? "\"" : " or \"") + value.text() + "\"";
    }
    return text;
}

}  // namespace goldsmith::policy
