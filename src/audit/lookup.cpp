#include "audit/lookup.h"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <map>

#include "audit/files.h"

namespace goldsmith::audit {

namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

const json::object& object_at(const json::object& object, std::string_view name) {
    static const json::object none;
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->as_object() : none;
}

bool any_resource(const json::object& record, std::string_view member, const std::string& wanted) {
    const auto* list = record.if_contains("resources");
    return list != nullptr && list->is_array() &&
           std::ranges::any_of(list->as_array(), [&](const json::value& resource) {
               return resource.is_object() && text_at(resource.as_object(), member) == wanted;
           });
}

using Test = bool (*)(const json::object&, const std::string&);

template <char const* member>
bool has(const json::object& record, const std::string& wanted) {
    return text_at(record, member) == wanted;
}

constexpr char event_id[] = "eventID";
constexpr char event_name[] = "eventName";
constexpr char event_source[] = "eventSource";

Test test_of(std::string_view attribute) {
    static const std::map<std::string_view, Test> tests = {
        {"EventId", has<event_id>},
        {"EventName", has<event_name>},
        {"EventSource", has<event_source>},
        {"ReadOnly",
         [](const json::object& record, const std::string& wanted) {
             const auto* value = record.if_contains("readOnly");
             return value != nullptr && value->is_bool() &&
                    (value->as_bool() ? "true" : "false") == wanted;
         }},
        {"Username", [](const json::object& record,
                        const std::string& wanted) { return username_of(record) == wanted; }},
        {"AccessKeyId",
         [](const json::object& record, const std::string& wanted) {
             return text_at(object_at(record, "userIdentity"), "accessKeyId") == wanted;
         }},
        {"ResourceType",
         [](const json::object& record, const std::string& wanted) {
             return any_resource(record, "type", wanted);
         }},
        {"ResourceName",
         [](const json::object& record, const std::string& wanted) {
             return any_resource(record, "ARN", wanted);
         }},
    };
    const auto found = tests.find(attribute);
    return found == tests.end() ? nullptr : found->second;
}

/// A text that every matching line holds; empty when there is none. Spares reading most lines as
/// JSON.
std::string hint_of(const Query& query) {
    if (query.attribute == "ReadOnly") {
        return "\"readOnly\":" + query.value;
    }
    const bool derived = query.attribute.empty() || query.value == "root";
    const bool escaped = query.value.find_first_of("\"\\") != std::string::npos ||
                         std::ranges::any_of(query.value, [](char c) {
                             return static_cast<unsigned char>(c) < 0x20;
                         });
    return derived || escaped ? "" : query.value;
}

class Search {
public:
    Search(const Query& query, FoundPage& page)
        : query_(query),
          page_(page),
          hint_(hint_of(query)),
          account_("\"recipientAccountId\":\"" + query.account + '"'),
          test_(test_of(query.attribute)) {}

    /// Goes through a file; false when the page is full or nothing older can match.
    bool read(const LogFile& file) {
        BackwardLines lines(file.path);
        while (const auto line = lines.next()) {
            if (!take(*line)) {
                return false;
            }
        }
        return true;
    }

private:
    bool take(const std::string& line) {
        const auto claim = claim_of(line);
        if (!claim || claim->sequence >= query_.before) {
            return true;
        }
        if (page_.events.size() == query_.limit || bytes_ > query_.most_bytes) {
            page_.before = next_;
            return false;
        }
        next_ = claim->sequence;
        bytes_ += line.size();
        if (line.find(account_) == std::string::npos ||
            (!hint_.empty() && line.find(hint_) == std::string::npos)) {
            return true;
        }
        FoundEvent event{{}, record_of(line)};
        boost::system::error_code error;
        auto parsed = json::parse(event.text, error);
        if (error || !parsed.is_object()) {
            return true;  // an altered line: verify() names it
        }
        event.record = std::move(parsed.as_object());
        const auto time = base::parse_iso8601(text_at(event.record, "eventTime"));
        if (time && query_.start && *time < *query_.start) {
            // Lines stand in the order in which calls ended, to within the time that calls take.
            return *time + std::chrono::minutes(10) >= *query_.start;
        }
        if (matches(event.record, time)) {
            page_.events.push_back(std::move(event));
        }
        return true;
    }

    bool matches(const json::object& record, const std::optional<base::Time>& time) const {
        return time && (!query_.end || *time <= *query_.end) &&
               text_at(record, "recipientAccountId") == query_.account &&
               (query_.region.empty() || text_at(record, "awsRegion") == query_.region) &&
               (query_.attribute.empty() || (test_ != nullptr && test_(record, query_.value)));
    }

    const Query& query_;
    FoundPage& page_;
    const std::string hint_;
    const std::string account_;
    const Test test_;
    std::uint64_t next_ = query_.before;
    std::uint64_t bytes_ = 0;
};

}  // namespace

std::string username_of(const json::object& record) {
    const auto& identity = object_at(record, "userIdentity");
    const auto type = text_at(identity, "type");
    if (type == "Root") {
        return "root";
    }
    if (type == "AssumedRole") {
        const auto arn = text_at(identity, "arn");
        return arn.substr(arn.rfind('/') + 1);
    }
    return text_at(identity, "userName");
}

FoundPage lookup(const base::Path& folder, const Query& query) {
    FoundPage page;
    Search search(query, page);
    const auto files = log_files(folder);
    const auto oldest =
        query.start ? base::format_iso8601(*query.start - std::chrono::minutes(10)).substr(0, 10)
                    : "";
    for (auto file = files.rbegin(); file != files.rend(); ++file) {
        if (file->first >= query.before) {
            continue;
        }
        if (file->day < oldest || !search.read(*file)) {
            break;
        }
    }
    return page;
}

}  // namespace goldsmith::audit
