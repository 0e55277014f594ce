#include "guest/toe_config.h"

#include <boost/json.hpp>

#include "guest/toe_options.h"

namespace goldsmith::guest {
namespace {

namespace json = boost::json;

class ConfigReader {
public:
    ConfigReader(const json::object& root, std::string file)
        : root_(root), file_(std::move(file)) {}

    ToeConfig read() {
        RunRequest& request = config_.request;
        for (const auto& [key, value] : root_) {
            const std::string name(key);
            if (name == "documents") {
                read_documents(value);
            } else if (name == "parameters") {
                request.parameters = read_parameters(value);
            } else if (name == "phases") {
                request.phases = split(text(value, name));
            } else if (name == "executionId" || name == "executonId") {
                request.execution_id = text(value, name);
            } else if (name == "logDirectory") {
                request.log_directory = text(value, name);
            } else if (name == "stateDirectory") {
                request.state_directory = text(value, name);
            } else if (name == "documentS3BucketOwner") {
                request.document_bucket_owner = text(value, name);
            } else if (std::string* target = log_text(name)) {
                *target = text(value, name);
            } else if (name == "cwIgnoreFailures") {
                request.log_destinations.cw_ignore_failures = flag(value, name);
            } else if (name == "trace") {
                config_.trace = flag(value, name);
            } else {
                config_.warnings.push_back("unknown key '" + name + "' in " + file_);
            }
        }
        if (request.documents.empty()) {
            throw UsageError(file_ + ": 'documents' must name at least one document");
        }
        return std::move(config_);
    }

private:
    std::string text(const json::value& value, const std::string& name) const {
        if (!value.is_string()) {
            throw UsageError(file_ + ": '" + name + "' must be a string");
        }
        return std::string(value.get_string());
    }

    bool flag(const json::value& value, const std::string& name) const {
        if (!value.is_bool()) {
            throw UsageError(file_ + ": '" + name + "' must be true or false");
        }
        return value.get_bool();
    }

    /// The setting of that name about where the log goes; null when there is none.
    std::string* log_text(const std::string& name) {
        LogDestinations& log = config_.request.log_destinations;
        const std::pair<const char*, std::string*> settings[] = {
            {"logS3BucketName", &log.s3_bucket}, {"logS3KeyPrefix", &log.s3_prefix},
            {"logS3BucketOwner", &log.s3_owner}, {"cwLogGroup", &log.cw_group},
            {"cwLogStream", &log.cw_stream},     {"cwLogRegion", &log.cw_region}};
        for (const auto& [known, target] : settings) {
            if (name == known) {
                return target;
            }
        }
        return nullptr;
    }

    static std::vector<std::string> split(const std::string& list) {
        std::vector<std::string> parts;
        for (std::size_t begin = 0; begin < list.size();) {
            const std::size_t end = std::min(list.find(',', begin), list.size());
            parts.push_back(list.substr(begin, end - begin));
            begin = end + 1;
        }
        return parts;
    }

    const json::object& object(const json::value& value, const std::string& what) const {
        if (!value.is_object()) {
            throw UsageError(file_ + ": each entry of '" + what + "' must be an object");
        }
        return value.get_object();
    }

    std::string member(const json::object& holder, const std::string& key,
                       const std::string& what) const {
        const json::value* value = holder.if_contains(key);
        if (value == nullptr) {
            throw UsageError(file_ + ": an entry of '" + what + "' has no '" + key + "'");
        }
        return text(*value, key);
    }

    std::map<std::string, std::string> read_parameters(const json::value& list) {
        if (!list.is_array()) {
            throw UsageError(file_ + ": 'parameters' must be a list");
        }
        std::map<std::string, std::string> values;
        for (const json::value& item : list.get_array()) {
            const json::object& entry = object(item, "parameters");
            const std::string name = member(entry, "name", "parameters");
            values[name] = member(entry, "value", "parameters");
            const json::value* secret = entry.if_contains("secret");
            if (secret != nullptr && secret->is_bool() && secret->get_bool()) {
                config_.request.secret_parameters.push_back(name);
            }
        }
        return values;
    }

    void read_documents(const json::value& list) {
        if (!list.is_array()) {
            throw UsageError(file_ + ": 'documents' must be a list");
        }
        for (const json::value& item : list.get_array()) {
            const json::object& entry = object(item, "documents");
            DocumentRequest document;
            document.location = member(entry, "path", "documents");
            if (const json::value* parameters = entry.if_contains("parameters")) {
                document.parameters = read_parameters(*parameters);
            }
            config_.request.documents.push_back(std::move(document));
        }
    }

    const json::object& root_;
    std::string file_;
    ToeConfig config_;
};

}  // namespace

ToeConfig parse_toe_config(const std::string& text, const std::string& file_name) {
    boost::system::error_code failure;
    const json::value root = json::parse(text, failure);
    if (failure) {
        throw UsageError(file_name + " is not JSON: " + failure.message());
    }
    if (!root.is_object()) {
        throw UsageError(file_name + " must hold a JSON object");
    }
    return ConfigReader(root.get_object(), file_name).read();
}

}  // namespace goldsmith::guest
