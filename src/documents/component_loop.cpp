// The `loop` of a step.
#include <algorithm>

#include "documents/component_parser.h"
#include "documents/expression.h"

namespace goldsmith::documents {
namespace {

constexpr std::string_view loop_keys[] = {"name", "for", "forEach"};
constexpr std::string_view range_keys[] = {"start", "end", "updateBy"};
constexpr std::string_view delimited_keys[] = {"list", "delimiter"};
constexpr std::string_view delimiters = ".,;:\n\t -_";

class LoopParser {
public:
    LoopParser(DiagnosticSink& sink, const std::string& prefix) : sink_(sink), prefix_(prefix) {}

    ComponentLoop parse(const YamlNode& node, std::set<std::string>& names) {
        const YamlMap map(node, loop_keys, sink_, prefix_, "the loop");
        ComponentLoop loop;
        loop.source = node;
        if (!map.readable()) {
            return loop;
        }
        parse_name(map, names, loop);
        const YamlNode* range = map.find("for");
        const YamlNode* each = map.find("forEach");
        if ((range == nullptr) == (each == nullptr)) {
            map.error(node.position, "a loop needs exactly one of 'for' and 'forEach'");
        } else if (range != nullptr) {
            parse_range(*range, loop);
        } else if (each->is_sequence()) {
            parse_list(*each, loop);
        } else {
            parse_delimited(*each, loop);
        }
        return loop;
    }

private:
    void parse_name(const YamlMap& map, std::set<std::string>& names, ComponentLoop& loop) {
        loop.name = map.text("name").value_or("");
        if (loop.name.empty()) {
            return;
        }
        const Position position = map.find("name")->position;
        if (!is_name(loop.name)) {
            map.error(position, invalid_name_message("loop", loop.name, ""));
        } else if (!names.insert(loop.name).second) {
            map.error(position, "Invalid loop name '" + loop.name +
                                    "': another loop of the phase has it already.");
        }
    }

    void parse_range(const YamlNode& node, ComponentLoop& loop) {
        const YamlMap map(node, range_keys, sink_, prefix_, "'for'");
        map.require("start");
        map.require("end");
        map.require("updateBy");
        const auto start = map.integer("start");
        const auto end = map.integer("end");
        const auto update_by = map.integer("updateBy");
        if (!start || !end || !update_by) {
            return;
        }
        const bool reaches_end =
            *update_by != 0 && (*start == *end || (*start < *end) == (*update_by > 0));
        if (!reaches_end) {
            map.error(map.find("updateBy")->position,
                      "'updateBy' of " + std::to_string(*update_by) + " never leads from " +
                          std::to_string(*start) + " to " + std::to_string(*end));
        }
        loop.kind = ComponentLoop::Kind::range;
        loop.start = *start;
        loop.end = *end;
        loop.update_by = *update_by;
    }

    void parse_list(const YamlNode& node, ComponentLoop& loop) {
        loop.kind = ComponentLoop::Kind::list;
        if (node.items.empty()) {
            sink_.error(node.position, prefix_ + "'forEach' must not be empty");
        }
        for (const YamlNode& item : node.items) {
            if (!item.is_scalar()) {
                sink_.error(item.position, prefix_ + "'forEach' must hold strings, not " +
                                               std::string(item.kind_name()));
            }
            loop.items.push_back(item.text);
        }
    }

    void parse_delimited(const YamlNode& node, ComponentLoop& loop) {
        const YamlMap map(node, delimited_keys, sink_, prefix_, "'forEach'");
        loop.kind = ComponentLoop::Kind::delimited;
        loop.list = map.require_text("list").value_or("");
        const auto delimiter = map.text("delimiter");
        if (!delimiter) {
            return;
        }
        if (delimiter->size() != 1 || delimiters.find(*delimiter) == std::string_view::npos) {
            map.error(
                map.find("delimiter")->position,
                "'delimiter' must be one of . , ; : \\n \\t space - _, not '" + *delimiter + "'");
            return;
        }
        loop.delimiter = delimiter->front();
    }

    DiagnosticSink& sink_;
    const std::string& prefix_;
};

}  // namespace

ComponentLoop parse_component_loop(const YamlNode& node, std::set<std::string>& names,
                                   DiagnosticSink& sink, const std::string& prefix) {
    return LoopParser(sink, prefix).parse(node, names);
}

}  // namespace goldsmith::documents
