#include "service/ec2/tags.h"

#include "api/generated/ec2/tags_json.h"
#include "db/database.h"
#include "service/ec2/describe.h"
#include "service/ec2/tag_specifications.h"
#include "state/amis.h"
#include "state/image_tasks.h"
#include "state/instances.h"
#include "state/launch_templates.h"

namespace goldsmith::service::ec2 {

namespace ec2 = api::ec2;

namespace {

constexpr api::FilterRule filter_rules[] = {{"key", api::Match::glob},
                                            {"resource-id", api::Match::glob},
                                            {"resource-type", api::Match::glob},
                                            {"value", api::Match::glob}};

std::string_view resource_type_of(const std::string& id) {
    return id.starts_with("ami-")          ? "image"
           : id.starts_with("snap-")       ? "snapshot"
           : id.starts_with("i-")          ? "instance"
           : id.starts_with("lt-")         ? "launch-template"
           : id.starts_with("import-ami-") ? "import-image-task"
           : id.starts_with("export-ami-") ? "export-image-task"
                                           : "";
}

bool is_own(db::Connection& connection, const api::CallContext& context, const std::string& id) {
    std::optional<std::string> owner;
    if (const auto ami = state::find_ami(connection, context.region, id)) {
        owner = ami->owner;
    } else if (const auto snapshot = state::find_snapshot(connection, context.region, id)) {
        owner = snapshot->owner;
    } else if (const auto instance = state::find_instance(connection, context.region, id)) {
        owner = instance->owner;
    } else if (state::find_launch_template(connection, {context.account, context.region}, id)) {
        owner = context.account;
    } else if (state::find_image_task(connection, {context.account, context.region}, id)) {
        owner = context.account;
    }
    return owner == context.account;
}

std::string require_arn(db::Connection& connection, const api::CallContext& context,
                        const std::string& id) {
    if (!is_own(connection, context, id)) {
        throw ec2::InvalidIdNotFound("The ID '" + id + "' does not exist");
    }
    return state::ec2_arn(context.region, resource_type_of(id), id);
}

/// What stands behind a tag's row: arn:aws:ec2:<region>::<type>/<id>.
struct TagRow {
    std::string type, id, key, value;
    std::string arn;
};

TagRow tag_row(const state::TagRow& row) {
    const auto slash = row.arn.rfind('/');
    const auto colon = row.arn.rfind(':', slash);
    return {.type = row.arn.substr(colon + 1, slash - colon - 1),
            .id = row.arn.substr(slash + 1),
            .key = row.key,
            .value = row.value,
            .arn = row.arn};
}

std::vector<std::string> filter_values(const TagRow& row, std::string_view name) {
    return {name == "key"             ? row.key
            : name == "value"         ? row.value
            : name == "resource-type" ? row.type
                                      : row.id};
}

std::string page_key(const TagRow& row) {
    return row.arn + "\n" + row.key;
}

/// Rows of own resources that the filters let through, one more than the page holds.
std::vector<TagRow> rows_after(db::Connection& connection, const api::CallContext& context,
                               const api::ListFilters& filters, const api::PageRequest& page) {
    constexpr int batch = 200;
    const std::string after = page.after.value_or("\n");
    std::string arn = after.substr(0, after.find('\n'));
    std::string key = after.substr(after.find('\n') + 1);
    std::vector<TagRow> kept;
    for (;;) {
        const auto rows =
            state::page_tags(connection, "arn:aws:ec2:" + context.region + "::", arn, key, batch);
        for (const auto& row : rows) {
            arn = row.arn;
            key = row.key;
            TagRow tag = tag_row(row);
            const auto values_of = [&](std::string_view name) { return filter_values(tag, name); };
            if (filters.matches(values_of) && is_own(connection, context, tag.id)) {
                kept.push_back(std::move(tag));
                if (kept.size() > page.limit) {
                    return kept;
                }
            }
        }
        if (rows.size() < static_cast<std::size_t>(batch)) {
            return kept;
        }
    }
}

}  // namespace

ec2::CreateTagsResponse TagFamily::create_tags(const api::CallContext& context,
                                               const ec2::CreateTagsRequest& request) {
    state::TagMap tags;
    for (const ec2::Tag& tag : request.tags) {
        const std::string key = tag.key.value_or("");
        check_tag_key(key);
        tags[key] = tag.value.value_or("");
    }
    dependencies_.database.write([&](db::Transaction& transaction) {
        for (const std::string& id : request.resources) {
            const std::string arn = require_arn(transaction, context, id);
            state::put_tags(transaction, arn, tags);
            if (state::tags_of(transaction, arn).size() > most_tags) {
                throw ec2::TagLimitExceeded("'" + id + "' can have at most " +
                                            std::to_string(most_tags) + " tags.");
            }
        }
        stop_if_dry_run(request.dry_run);
    });
    return {.return_ = true};
}

ec2::DeleteTagsResponse TagFamily::delete_tags(const api::CallContext& context,
                                               const ec2::DeleteTagsRequest& request) {
    dependencies_.database.write([&](db::Transaction& transaction) {
        for (const std::string& id : request.resources) {
            const std::string arn = require_arn(transaction, context, id);
            if (!request.tags || request.tags->empty()) {
                state::erase_tags(transaction, arn);
                continue;
            }
            const auto present = state::tags_of(transaction, arn);
            for (const ec2::Tag& tag : *request.tags) {
                const auto found = present.find(tag.key.value_or(""));
                // With a value given, only a tag of that value goes.
                if (found != present.end() && (!tag.value || *tag.value == found->second)) {
                    state::remove_tags(transaction, arn, {found->first});
                }
            }
        }
        stop_if_dry_run(request.dry_run);
    });
    return {.return_ = true};
}

ec2::DescribeTagsResponse TagFamily::describe_tags(const api::CallContext& context,
                                                   const ec2::DescribeTagsRequest& request) {
    stop_if_dry_run(request.dry_run);
    const auto filters =
        api::ListFilters::of<ec2::InvalidParameterValue>(request.filters, filter_rules);
    const auto scope = api::page_scope("DescribeTags", context, request);
    const auto page = api::page_request<ec2::InvalidNextToken>(dependencies_.page_tokens, scope,
                                                               request, whole_list);
    const auto rows = dependencies_.database.read(
        [&](db::Connection& connection) { return rows_after(connection, context, filters, page); });
    auto cut = api::cut_page(dependencies_.page_tokens, scope, page, rows, page_key);
    ec2::DescribeTagsResponse response{.tags = std::vector<ec2::TagDescription>{},
                                       .next_token = cut.next_token};
    for (const TagRow& row : cut.items) {
        ec2::ResourceType type{};
        from_string(row.type, type);
        response.tags->push_back(
            {.key = row.key, .resource_id = row.id, .resource_type = type, .value = row.value});
    }
    return response;
}

}  // namespace goldsmith::service::ec2
