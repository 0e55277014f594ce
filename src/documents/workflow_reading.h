// The parts of the workflow parser (workflow_parser.cpp), one function per construct. Each reports
// what is wrong to the sink and returns the best value it can, so that one pass finds every
// problem.
#pragma once

#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>

#include "documents/workflow_actions.h"
#include "documents/workflow_document.h"
#include "documents/workflow_references.h"
#include "documents/yaml.h"

namespace goldsmith::documents {

/// What a node means where no field says what it should be: plain `true`, `12` and `1.5` are a
/// boolean and numbers, unless a leading zero says that digits are an identifier (an account).
boost::json::value json_of(const YamlNode& node);

/// Reports keys that are not in `known`. `where` completes "unknown key 'x' in ...".
void check_keys(const YamlNode& mapping, std::span<const std::string_view> known,
                const std::string& where, DiagnosticSink& sink);

/// The text under `key`, "" when absent; reports a value that is not a string or longer than `max`.
std::string text_under(const YamlNode& mapping, std::string_view key, std::size_t max,
                       DiagnosticSink& sink);

/// `node` is the value of `if`.
WorkflowCondition read_condition(const YamlNode& node, WorkflowReferences& references,
                                 DiagnosticSink& sink);

/// `step` is the whole step: its `inputs` may be missing.
boost::json::object read_inputs(const YamlNode& step, const WorkflowAction& action,
                                WorkflowReferences& references, DiagnosticSink& sink);

/// `list` is the value of `parameters`.
std::vector<WorkflowParameter> read_parameters(const YamlNode& list, DiagnosticSink& sink);

/// One item of `steps`.
WorkflowStep read_step(const YamlNode& node, WorkflowType type, WorkflowReferences& references,
                       DiagnosticSink& sink);

}  // namespace goldsmith::documents
