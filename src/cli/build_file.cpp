#include "cli/build_file.h"

#include <functional>
#include <set>

#include "base/error.h"
#include "documents/component_document.h"
#include "documents/suggestion.h"
#include "documents/yaml.h"

namespace goldsmith::cli {

namespace {

using documents::DiagnosticSink;
using documents::YamlEntry;
using documents::YamlNode;

/// Reads one map of known keys; anything else in it is an error with a suggestion.
class MapReader {
public:
    MapReader(const YamlNode& node, std::string what, DiagnosticSink& errors)
        : node_(node), what_(std::move(what)), errors_(errors) {
        if (!node.is_mapping()) {
            errors.error(node.position, what_ + " is a map of keys to values, not " +
                                            std::string(node.kind_name()));
        }
    }

    const YamlNode* find(std::string_view key) {
        known_.push_back(key);
        return node_.find(key);
    }

    void text(std::string_view key, std::string& to) {
        const YamlNode* value = find(key);
        if (value == nullptr || value->is_null()) {
            return;
        }
        if (!value->is_scalar()) {
            errors_.error(value->position, "'" + std::string(key) + "' is a string, not " +
                                               std::string(value->kind_name()));
            return;
        }
        to = value->text;
    }

    void text_map(std::string_view key, std::map<std::string, std::string>& to) {
        const YamlNode* value = find(key);
        if (value == nullptr || value->is_null()) {
            return;
        }
        if (!value->is_mapping()) {
            errors_.error(value->position, "'" + std::string(key) + "' maps names to strings");
            return;
        }
        for (const YamlEntry& entry : value->entries) {
            if (!entry.value.is_scalar()) {
                errors_.error(entry.value.position, "the value of '" + entry.key + "' is a string");
                continue;
            }
            to[entry.key] = entry.value.text;
        }
    }

    /// After all keys have been asked for.
    void refuse_unknown() {
        for (const YamlEntry& entry : node_.entries) {
            if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) {
                errors_.error(entry.key_position, "unknown key '" + entry.key + "' in " + what_ +
                                                      "." +
                                                      documents::did_you_mean(entry.key, known_));
            }
        }
    }

private:
    const YamlNode& node_;
    std::string what_;
    DiagnosticSink& errors_;
    std::vector<std::string_view> known_;
};

class Loader {
public:
    explicit Loader(const base::Path& file) : file_(file), errors_(file.string()) {}

    BuildFile load() {
        const YamlNode root =
            documents::parse_yaml(base::read_file(file_, 4 << 20), file_.string());
        MapReader reader(root, "a build file", errors_);
        reader.text("name", build_.name);
        reader.text("version", build_.version);
        reader.text("description", build_.description);
        reader.text("parentImage", build_.parent_image);
        reader.text("instanceType", build_.instance_type);
        reader.text("region", build_.region);
        reader.text_map("tags", build_.tags);
        read_tests(reader.find("tests"));
        each_item(reader.find("components"), "components",
                  [this](const YamlNode& item) { read_component(item); });
        each_item(reader.find("distributions"), "distributions",
                  [this](const YamlNode& item) { read_distribution(item); });
        reader.refuse_unknown();
        if (build_.name.empty()) {
            errors_.error(root.position, "a build file needs a 'name' for the image");
        }
        std::vector<documents::Diagnostic> all = errors_.diagnostics();
        all.insert(all.end(), component_errors_.begin(), component_errors_.end());
        if (!all.empty()) {
            throw documents::DocumentErrors(std::move(all));
        }
        return std::move(build_);
    }

private:
    void read_tests(const YamlNode* node) {
        if (node == nullptr || node->is_null()) {
            return;
        }
        const auto value = documents::yaml_bool(*node);
        if (!value) {
            errors_.error(node->position, "'tests' is true or false");
        }
        build_.tests = value.value_or(true);
    }

    void each_item(const YamlNode* list, std::string_view key,
                   const std::function<void(const YamlNode&)>& read) {
        if (list == nullptr || list->is_null()) {
            return;
        }
        if (!list->is_sequence()) {
            errors_.error(list->position, "'" + std::string(key) + "' is a list");
            return;
        }
        for (const YamlNode& item : list->items) {
            read(item);
        }
    }

    void read_component(const YamlNode& item) {
        BuildComponent component;
        std::string path;
        if (item.is_scalar()) {
            path = item.text;
        } else {
            MapReader reader(item, "a component", errors_);
            reader.text("name", component.name);
            reader.text("path", path);
            reader.text("data", component.data);
            reader.text_map("parameters", component.parameters);
            reader.refuse_unknown();
            if (path.empty() == component.data.empty()) {
                errors_.error(item.position, "a component has either 'path' or 'data'");
                return;
            }
        }
        if (!path.empty()) {
            read_document(item, path, component);
        } else {
            component.origin = file_.string();
        }
        if (component.name.empty()) {
            component.name = path.empty() ? "" : base::Path(path).stem().string();
        }
        if (component.name.empty()) {
            errors_.error(item.position, "an inline component needs a 'name'");
        }
        check_document(item, component);
        build_.components.push_back(std::move(component));
    }

    void read_document(const YamlNode& item, const std::string& path, BuildComponent& component) {
        const base::Path full = file_.parent_path() / path;
        component.origin = full.string();
        try {
            component.data = base::read_file(full, 4 << 20);
        } catch (const base::Error& error) {
            errors_.error(item.position, base::error_chain(error));
        }
    }

    void check_document(const YamlNode& item, const BuildComponent& component) {
        if (component.data.empty()) {
            return;
        }
        try {
            const auto document = documents::parse_component(component.data, component.origin);
            for (const auto& [name, value] : component.parameters) {
                if (document.find_parameter(name) == nullptr) {
                    errors_.error(item.position, "component '" + component.name +
                                                     "' declares no parameter '" + name + "'");
                }
            }
        } catch (const documents::DocumentErrors& error) {
            component_errors_.insert(component_errors_.end(), error.diagnostics().begin(),
                                     error.diagnostics().end());
        }
    }

    void read_distribution(const YamlNode& item) {
        BuildDistribution distribution;
        MapReader reader(item, "a distribution", errors_);
        reader.text("region", distribution.region);
        reader.text("name", distribution.name);
        reader.text("description", distribution.description);
        reader.text_map("tags", distribution.tags);
        reader.refuse_unknown();
        if (distribution.region.empty()) {
            errors_.error(item.position, "a distribution needs a 'region'");
        }
        build_.distributions.push_back(std::move(distribution));
    }

    base::Path file_;
    DiagnosticSink errors_;
    std::vector<documents::Diagnostic> component_errors_;
    BuildFile build_;
};

}  // namespace

BuildFile load_build_file(const base::Path& file) {
    return Loader(file).load();
}

bool is_build_file(const base::Path& file) {
    const YamlNode root = documents::parse_yaml(base::read_file(file, 4 << 20), file.string());
    return root.find("schemaVersion") == nullptr && root.find("phases") == nullptr &&
           root.find("steps") == nullptr;
}

}  // namespace goldsmith::cli
