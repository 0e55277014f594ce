#include "service/cloudtrail/events.h"

#include <boost/json.hpp>
#include <charconv>

#include "api/generated/cloudtrail/errors.h"
#include "api/generated/cloudtrail/events_json.h"
#include "api/paging.h"
#include "audit/lookup.h"

namespace goldsmith::service::cloudtrail {

namespace ct = api::cloudtrail;
namespace json = boost::json;

namespace {

constexpr std::size_t most_events = 50;

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

std::optional<std::string> optional_at(const json::object& object, std::string_view name) {
    auto text = text_at(object, name);
    return text.empty() ? std::nullopt : std::optional(std::move(text));
}

audit::Query query_of(const api::CallContext& context, const ct::LookupEventsRequest& request) {
    audit::Query query;
    query.account = context.account;
    query.region = context.region;
    query.start = request.start_time;
    query.end = request.end_time;
    query.limit =
        request.max_results ? static_cast<std::size_t>(*request.max_results) : most_events;
    if (request.start_time && request.end_time && *request.end_time < *request.start_time) {
        throw ct::InvalidTimeRangeException("StartTime must not be after EndTime.");
    }
    if (request.lookup_attributes && !request.lookup_attributes->empty()) {
        if (request.lookup_attributes->size() > 1) {
            throw ct::InvalidLookupAttributesException(
                "LookupAttributes can have one attribute only; narrow the time range instead.");
        }
        const auto& attribute = request.lookup_attributes->front();
        query.attribute = to_string(attribute.attribute_key);
        query.value = attribute.attribute_value;
    }
    return query;
}

/// The token holds the number of the line after which the page goes on, towards older ones.
std::uint64_t position_of(const std::string& key) {
    std::uint64_t position = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), position);
    if (error != std::errc() || end != key.data() + key.size()) {
        throw ct::InvalidNextTokenException("The NextToken is not valid.");
    }
    return position;
}

std::optional<std::vector<ct::Resource>> resources_of(const json::object& record) {
    std::vector<ct::Resource> resources;
    if (const auto* list = record.if_contains("resources"); list != nullptr && list->is_array()) {
        for (const json::value& item : list->as_array()) {
            if (item.is_object()) {
                resources.push_back({.resource_type = optional_at(item.as_object(), "type"),
                                     .resource_name = optional_at(item.as_object(), "ARN")});
            }
        }
    }
    return resources;
}

ct::Event event_of(audit::FoundEvent found) {
    const json::object& record = found.record;
    ct::Event event;
    event.event_id = optional_at(record, "eventID");
    event.event_name = optional_at(record, "eventName");
    event.event_source = optional_at(record, "eventSource");
    event.event_time = base::parse_iso8601(text_at(record, "eventTime"));
    if (const auto* read_only = record.if_contains("readOnly"); read_only && read_only->is_bool()) {
        event.read_only = read_only->as_bool() ? "true" : "false";
    }
    const auto* identity = record.if_contains("userIdentity");
    if (identity != nullptr && identity->is_object()) {
        event.access_key_id = optional_at(identity->as_object(), "accessKeyId");
    }
    auto username = audit::username_of(record);
    if (!username.empty()) {
        event.username = std::move(username);
    }
    event.resources = resources_of(record);
    event.cloud_trail_event = std::move(found.text);
    return event;
}

}  // namespace

ct::LookupEventsResponse EventFamily::lookup_events(const api::CallContext& context,
                                                    const ct::LookupEventsRequest& request) {
    ct::LookupEventsResponse response;
    response.events.emplace();
    auto query = query_of(context, request);
    const auto scope = api::page_scope("LookupEvents", context, request);
    if (request.next_token) {
        const auto key = dependencies_.page_tokens.open(scope, *request.next_token);
        if (!key) {
            throw ct::InvalidNextTokenException(
                "The NextToken is not valid for this request; keep the other parameters the same "
                "from page to page.");
        }
        query.before = position_of(*key);
    }
    if (request.event_category) {
        return response;  // insight events: there are none
    }
    auto page = audit::lookup(dependencies_.audit_directory, query);
    for (auto& found : page.events) {
        response.events->push_back(event_of(std::move(found)));
    }
    if (page.before) {
        response.next_token = dependencies_.page_tokens.make(scope, std::to_string(*page.before));
    }
    return response;
}

}  // namespace goldsmith::service::cloudtrail
