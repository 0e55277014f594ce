#pragma once

#include <boost/json/fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace goldsmith::http {

// Bounds on what a form may make the server build.
struct FormLimits {
    std::size_t fields = 20'000;
    std::size_t depth = 16;
    std::size_t name_bytes = 1024;
};

struct FormProblem {
    std::string message;  // for the client
};

using FormFields = std::vector<std::pair<std::string, std::string>>;

// Builds the untyped tree of a form whose names are paths: {"Filter.1.Name", "x"} is
// {"Filter":{"1":{"Name":"x"}}}. Every leaf is a string; numbered members stay objects with numeric
// keys. A name given twice, a name that is a value and a structure at once, an empty path element,
// or a broken limit is a problem.
std::variant<boost::json::object, FormProblem> form_tree(const FormFields& fields,
                                                         const FormLimits& limits = {});

}  // namespace goldsmith::http
