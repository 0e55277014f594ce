// Dynamic values of workflow documents: `.$` keys, {{ $.path }} inside strings, conditions and
// parameters. Pure functions over a JSON context; any thread.
//
// The context is an object with the members `parameters`, `stepOutputs`, `workflowOutputs` and
// `imagebuilder` (looked up without regard to case, as published documents write it both ways).
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "documents/workflow_document.h"

namespace goldsmith::documents {

/// A value that cannot be had at run time: the step that needs it fails with this text.
class EvaluationError : public base::Error {
public:
    using base::Error::Error;
};

/// The value at `$.root.name[index].member`, nothing if the context has none there.
/// Throws EvaluationError if `path` is not a path.
std::optional<boost::json::value> look_up(std::string_view path,
                                          const boost::json::object& context);

/// The inputs with every `.$` key replaced by the plain key and its path's value in its own type,
/// and every {{ $.path }} in a string replaced by its text (lists and objects as JSON). Throws
/// EvaluationError naming the input and the path.
boost::json::object resolve_inputs(const boost::json::object& inputs,
                                   const boost::json::object& context);

/// A value where a bare path stands for what it leads to: `outputs[].value`, `rollbackEnabled`,
/// `if`.
boost::json::value resolve_value(const boost::json::value& value,
                                 const boost::json::object& context);

/// Throws EvaluationError for values of the wrong type and paths that lead nowhere.
bool holds(const WorkflowCondition& condition, const boost::json::object& context);

/// The typed parameters of one use of a workflow: given values over defaults.
/// Throws EvaluationError with a sentence fit for the caller of the API: unknown name, missing
/// value, value of the wrong type, several values for anything but a string list.
boost::json::object parameter_values(const WorkflowDocument& document,
                                     const std::map<std::string, std::vector<std::string>>& given);

/// Whether `text` is a path, that is begins with `$.`.
bool is_path(std::string_view text);

}  // namespace goldsmith::documents
