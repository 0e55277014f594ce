// What the families of IAM share: finding entities or saying that they are not there, pages, tags,
// policies that are checked before they are kept. Functions; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/generated/iam/errors.h"
#include "api/generated/iam/shared_types.h"
#include "api/paging.h"
#include "base/clock.h"
#include "policy/document.h"
#include "service/dependencies.h"
#include "service/iam/entity_body.h"
#include "service/milliseconds.h"
#include "state/iam_entities.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::service::iam {

/// "The user with name bob cannot be found."
[[noreturn]] void throw_not_found(state::IamKind kind, const std::string& name);
state::IamEntity require_entity(db::Connection& connection, const std::string& account,
                                state::IamKind kind, const std::string& name);
/// A managed policy of the account, by ARN. Those that AWS manages have no row: changing one is
/// AccessDenied, as with AWS.
state::IamEntity require_own_policy(db::Connection& connection, const std::string& account,
                                    const std::string& arn);

/// A new row with its tags. Throws EntityAlreadyExists.
void insert_entity(db::Connection& connection, state::IamEntity& entity,
                   const std::optional<std::vector<api::iam::Tag>>& tags);
/// With its tags.
void erase_entity(db::Connection& connection, const state::IamEntity& entity);

/// Whether that ARN names a managed policy that can be attached: every one of AWS's can.
void require_attachable(db::Connection& connection, const std::string& account,
                        const std::string& arn);

/// Throws MalformedPolicyDocument, or LimitExceeded when it has more than `most` characters.
void check_policy(const std::string& text, policy::Kind kind, std::size_t most,
                  const std::string& what);

std::optional<std::vector<api::iam::Tag>> tags_of(db::Connection& connection,
                                                  const std::string& arn);
void put_tags(db::Connection& connection, const std::string& arn,
              const std::vector<api::iam::Tag>& tags);
void remove_tags(db::Connection& connection, const std::string& arn,
                 const std::vector<std::string>& keys);

std::optional<api::iam::AttachedPermissionsBoundary> boundary_of(const EntityBody& body);
/// Answers carry policies URL-encoded.
std::string encoded(const std::string& document);

/// Sets the page of `items` (which are in order of `name_of`) on an answer. For lists that are
/// short enough to be read whole.
template <class Request, class Response, class Item, class NameOf>
void set_page(const Dependencies& dependencies, const api::CallContext& context,
              std::string_view operation, const Request& request, Response& response,
              std::vector<Item> items, std::optional<std::vector<Item>> Response::*member,
              NameOf name_of);

/// The name after which the page begins, and how many items it has.
template <class Request>
api::PageRequest page_of(const Dependencies& dependencies, std::string_view scope,
                         const Request& request) {
    constexpr std::size_t usual = 100;
    api::PageRequest page{usual, std::nullopt};
    if (request.max_items) {
        page.limit = static_cast<std::size_t>(*request.max_items);
    }
    if (request.marker) {
        page.after = dependencies.page_tokens.open(scope, *request.marker);
        if (!page.after) {
            throw api::iam::ValidationError("Invalid Marker. Repeat the call without it.");
        }
    }
    return page;
}

/// Marks the answer as cut off where more items follow, and returns the page's items.
template <class Response, class Item, class NameOf>
std::vector<Item> cut(const Dependencies& dependencies, std::string_view scope,
                      const api::PageRequest& page, Response& response, std::vector<Item> items,
                      NameOf name_of) {
    auto cut = api::cut_page(dependencies.page_tokens, scope, page, std::move(items), name_of);
    response.is_truncated = cut.next_token.has_value();
    response.marker = std::move(cut.next_token);
    return std::move(cut.items);
}

template <class Request, class Response, class Item, class NameOf>
void set_page(const Dependencies& dependencies, const api::CallContext& context,
              std::string_view operation, const Request& request, Response& response,
              std::vector<Item> items, std::optional<std::vector<Item>> Response::*member,
              NameOf name_of) {
    const auto scope = api::page_scope(operation, context, request);
    const auto page = page_of(dependencies, scope, request);
    if (page.after) {
        std::erase_if(items, [&](const Item& item) { return !(name_of(item) > *page.after); });
    }
    response.*member = cut(dependencies, scope, page, response, std::move(items), name_of);
}

}  // namespace goldsmith::service::iam
