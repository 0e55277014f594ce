// parse_yaml: builds our tree from yaml-cpp's parser events. Its node graph is not used: it drops
// the style of scalars, keeps duplicate keys silently and shares nodes between aliases.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <map>
#include <set>
#include <streambuf>

#include "documents/yaml.h"
#include "documents/yaml_text.h"

namespace goldsmith::documents {
namespace {

Position position_of(const YAML::Mark& mark) {
    return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

[[noreturn]] void fail(const std::string& file, Position position, std::string message) {
    throw DocumentErrors({{file, position, std::move(message)}});
}

/// Reads from memory that outlives it, without a copy.
class ViewBuffer : public std::streambuf {
public:
    explicit ViewBuffer(std::string_view text) {
        char* start = const_cast<char*>(text.data());  // the get area is never written to
        setg(start, start, start + text.size());
    }
};

struct Size {
    std::size_t nodes = 0;
    std::size_t bytes = 0;
};

Size size_of(const YamlNode& node) {
    Size size{1, node.text.size()};
    auto add = [&size](const YamlNode& child) {
        const Size inner = size_of(child);
        size.nodes += inner.nodes;
        size.bytes += inner.bytes;
    };
    for (const YamlNode& item : node.items) {
        add(item);
    }
    for (const YamlEntry& entry : node.entries) {
        add(entry.value);
        size.bytes += entry.key.size();
    }
    return size;
}

class TreeBuilder : public YAML::EventHandler {
public:
    TreeBuilder(const std::string& file, const YamlLimits& limits)
        : file_(file), limits_(limits), sink_(file) {}

    YamlNode take() {
        sink_.throw_if_any();
        return std::move(root_);
    }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        YamlNode node;
        node.position = position_of(mark);
        charge({1, 0}, node.position);
        finish(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            fail(file_, position_of(mark), "an alias refers to a node that contains it");
        }
        charge(size_of(found->second), position_of(mark));
        finish(YamlNode(found->second), YAML::NullAnchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        YamlNode node;
        node.kind = YamlNode::Kind::scalar;
        node.position = position_of(mark);
        node.plain = tag == "?";
        node.text = value;
        check_tag(tag, node.position);
        charge({1, value.size()}, node.position);
        finish(std::move(node), anchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlNode::Kind::mapping, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = YAML::NullAnchor;
        std::set<std::string> keys;
        bool key_pending = false;
        YamlEntry entry;  ///< valid while key_pending
    };

    void check_tag(const std::string& tag, Position position) {
        if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with("tag:yaml.org,2002:")) {
            sink_.error(position, "the tag '" + tag + "' has no meaning here; remove it");
        }
    }

    void charge(Size size, Position position) {
        used_.nodes += size.nodes;
        used_.bytes += size.bytes;
        if (used_.nodes > limits_.nodes || used_.bytes > limits_.bytes) {
            fail(file_, position, "the document is too large once its aliases are expanded");
        }
    }

    void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
              YAML::anchor_t anchor) {
        Open level;
        level.node.kind = kind;
        level.node.position = position_of(mark);
        level.anchor = anchor;
        check_tag(tag, level.node.position);
        charge({1, 0}, level.node.position);
        stack_.push_back(std::move(level));
        if (stack_.size() > static_cast<std::size_t>(limits_.depth)) {
            fail(file_, stack_.back().node.position,
                 "the document nests deeper than " + std::to_string(limits_.depth) + " levels");
        }
    }

    void close() {
        Open level = std::move(stack_.back());
        stack_.pop_back();
        finish(std::move(level.node), level.anchor);
    }

    void finish(YamlNode node, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) {
            charge(size_of(node), node.position);
            anchors_[anchor] = node;
        }
        if (stack_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = stack_.back();
        if (parent.node.is_sequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.key_pending) {
            take_key(parent, node);
        } else {
            parent.key_pending = false;
            parent.entry.value = std::move(node);
            parent.node.entries.push_back(std::move(parent.entry));
            parent.entry = {};
        }
    }

    void take_key(Open& parent, const YamlNode& key) {
        parent.key_pending = true;
        parent.entry.key = key.text;
        parent.entry.key_position = key.position;
        if (key.is_mapping()) {
            sink_.error(parent.node.position,
                        "YAML reads an unquoted '{{' as a map: put the value into quotes");
        } else if (!key.is_scalar()) {
            sink_.error(key.position,
                        "a key must be a string, not " + std::string(key.kind_name()));
        } else if (!parent.keys.insert(key.text).second) {
            sink_.error(key.position, "duplicate key '" + key.text + "'");
        }
    }

    const std::string& file_;
    const YamlLimits& limits_;
    DiagnosticSink sink_;
    Size used_;
    std::vector<Open> stack_;
    std::map<YAML::anchor_t, YamlNode> anchors_;
    YamlNode root_;
};

}  // namespace

YamlNode parse_yaml(std::string_view text, const std::string& file, const YamlLimits& limits) {
    if (text.size() > limits.bytes) {
        fail(file, {}, "the document is larger than " + std::to_string(limits.bytes) + " bytes");
    }
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    check_yaml_text(text, file, limits);
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    TreeBuilder builder(file, limits);
    try {
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(builder)) {
            YamlNode root = builder.take();
            TreeBuilder ignored(file, limits);
            if (parser.HandleNextDocument(ignored)) {
                fail(file, {}, "the file holds more than one YAML document");
            }
            return root;
        }
    } catch (const YAML::Exception& error) {
        fail(file, position_of(error.mark), "YAML: " + error.msg);
    }
    return {};
}

}  // namespace goldsmith::documents
