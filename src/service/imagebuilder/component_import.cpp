#include "service/imagebuilder/component_import.h"

#include <boost/json.hpp>

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

std::string document_of_script(const std::string& script, ib::ComponentType type,
                               ib::Platform platform) {
    // A JSON text is a YAML one too, whatever the script holds.
    const std::string command = boost::json::serialize(boost::json::value(script));
    const bool windows = platform == ib::Platform::windows;
    return std::string("schemaVersion: 1.0\nphases:\n  - name: ") +
           (type == ib::ComponentType::test ? "test" : "build") +
           "\n    steps:\n      - name: RunScript\n        action: " +
           (windows ? "ExecutePowerShell" : "ExecuteBash") +
           "\n        inputs:\n          commands:\n            - " + command + "\n";
}

}  // namespace goldsmith::service::imagebuilder
