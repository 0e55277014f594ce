#include "service/sns/subscriptions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/sns/errors.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/random.h"
#include "db/database.h"
#include "service/milliseconds.h"
#include "service/sns/messages.h"
#include "service/sns/topics.h"

namespace goldsmith::service::sns {

namespace gen = api::sns;

namespace {

constexpr int page_length = 100;
constexpr std::size_t token_bytes = 48;

bool is_web(gen::SubscriptionProtocol protocol) {
    return protocol == gen::SubscriptionProtocol::http ||
           protocol == gen::SubscriptionProtocol::https;
}

/// "http://host[:port][/path]" and nothing that only looks like it.
void check_url(const std::string& endpoint, const std::string& protocol) {
    const std::string scheme = protocol + "://";
    const std::string rest =
        endpoint.starts_with(scheme) ? endpoint.substr(scheme.size()) : std::string();
    const std::string host = rest.substr(0, rest.find_first_of("/?#"));
    const bool printable = std::ranges::all_of(
        endpoint, [](char c) { return c > ' ' && static_cast<unsigned char>(c) < 0x7F; });
    if (host.empty() || !printable || host.find('@') != std::string::npos ||
        host.find('\\') != std::string::npos || endpoint.size() > 2048) {
        throw gen::InvalidParameter(
            "Invalid parameter: Endpoint must match the specified "
            "protocol: an address that begins with " +
            scheme + ", without user and password.");
    }
}

void check_attribute(const std::string& name, const std::string& value) {
    if (name == "RawMessageDelivery") {
        if (value != "true" && value != "false") {
            throw gen::InvalidParameter(
                "Invalid parameter: RawMessageDelivery must be true or false.");
        }
        return;
    }
    if (name == "DeliveryPolicy" && value.empty()) {
        return;
    }
    throw gen::InvalidParameter("Invalid parameter: the subscription attribute '" + name +
                                "' is not offered by this server.");
}

std::string new_token(base::Random& random) {
    std::string bytes(token_bytes, '\0');
    random.fill(bytes.data(), bytes.size());
    return base::hex_encode(bytes);
}

/// The last part of a subscription's ARN, after that of its topic.
std::string id_in_arn(const std::string& arn) {
    if (!arn.starts_with("arn:aws:sns:") || std::ranges::count(arn, ':') != 6) {
        throw gen::InvalidParameter(
            "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, "
            "not " +
            std::to_string(std::ranges::count(arn, ':') + 1));
    }
    return arn.substr(arn.rfind(':') + 1);
}

state::SubscriptionRow require_subscription(db::Connection& connection, const std::string& arn) {
    auto found = state::find_subscription(connection, id_in_arn(arn));
    if (!found || found->arn() != arn) {
        throw gen::NotFound("Subscription does not exist");
    }
    return *std::move(found);
}

gen::Subscription view(const state::SubscriptionRow& row) {
    return {.subscription_arn = row.is_confirmed() ? row.arn() : "PendingConfirmation",
            .owner = row.topic.scope.account,
            .protocol = row.protocol,
            .endpoint = row.endpoint,
            .topic_arn = row.topic.arn()};
}

}  // namespace

gen::SubscribeResponse SubscriptionFamily::subscribe(const api::CallContext& context,
                                                     const gen::SubscribeRequest& request) {
    const std::string protocol(to_string(request.protocol));
    const bool by_mail = request.protocol == gen::SubscriptionProtocol::email ||
                         request.protocol == gen::SubscriptionProtocol::email_json;
    if (!is_web(request.protocol) && !by_mail) {
        throw gen::InvalidParameter(
            "Invalid parameter: Protocol Reason: this server delivers to "
            "http and https endpoints, not to " +
            protocol + ".");
    }
    const std::string endpoint = request.endpoint.value_or("");
    if (is_web(request.protocol)) {
        check_url(endpoint, protocol);
    } else if (endpoint.find('@') == std::string::npos) {
        throw gen::InvalidParameter("Invalid parameter: Email address");
    }
    const auto attributes = request.attributes.value_or(state::TopicAttributes{});
    for (const auto& [name, value] : attributes) {
        check_attribute(name, value);
    }
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto topic = require_topic(transaction, request.topic_arn);
        auto row = state::find_subscription(transaction, topic.id, protocol, endpoint);
        if (!row) {
            row = state::SubscriptionRow{.topic = topic,
                                         .subscription_id = base::make_uuid(dependencies_.random),
                                         .protocol = protocol,
                                         .endpoint = endpoint,
                                         .token = new_token(dependencies_.random),
                                         .attributes = attributes};
            state::insert_subscription(transaction, *row);
        }
        if (!row->is_confirmed() && is_web(request.protocol)) {
            ask_to_confirm(transaction, dependencies_.random, *row, to_ms(context.now));
        }
        const bool shown = row->is_confirmed() || request.return_subscription_arn.value_or(false);
        return gen::SubscribeResponse{.subscription_arn =
                                          shown ? row->arn() : "pending confirmation"};
    });
}

gen::ConfirmSubscriptionResponse SubscriptionFamily::confirm_subscription(
    const api::CallContext&, const gen::ConfirmSubscriptionRequest& request) {
    return dependencies_.database.write([&](db::Transaction& transaction) {
        const auto topic = require_topic(transaction, request.topic_arn);
        for (auto& row : state::subscriptions_of_topic(transaction, topic.id)) {
            if (!row.is_confirmed() && base::equal_in_constant_time(row.token, request.token)) {
                row.token.clear();
                state::update_subscription(transaction, row);
                return gen::ConfirmSubscriptionResponse{.subscription_arn = row.arn()};
            }
        }
        throw gen::InvalidParameter("Invalid parameter: Token");
    });
}

gen::UnsubscribeResponse SubscriptionFamily::unsubscribe(const api::CallContext&,
                                                         const gen::UnsubscribeRequest& request) {
    const auto id = id_in_arn(request.subscription_arn);
    dependencies_.database.write(
        [&](db::Transaction& transaction) { state::erase_subscription(transaction, id); });
    return {};
}

gen::ListSubscriptionsResponse SubscriptionFamily::list_subscriptions(
    const api::CallContext& context, const gen::ListSubscriptionsRequest& request) {
    const auto scope = api::page_scope("ListSubscriptions", context, boost::json::object{});
    std::int64_t after = 0;
    if (request.next_token) {
        const auto key = dependencies_.page_tokens.open(scope, *request.next_token);
        if (!key) {
            throw gen::InvalidParameter("Invalid parameter: NextToken");
        }
        after = std::stoll(*key);
    }
    auto cut = api::cut_page(
        dependencies_.page_tokens, scope, {page_length, std::nullopt},
        dependencies_.database.read([&](db::Connection& connection) {
            return state::page_subscriptions(connection, {context.account, context.region}, after,
                                             page_length + 1);
        }),
        [](const state::SubscriptionRow& row) { return std::to_string(row.id); });
    gen::ListSubscriptionsResponse response{.subscriptions = std::vector<gen::Subscription>{},
                                            .next_token = cut.next_token};
    for (const auto& row : cut.items) {
        response.subscriptions->push_back(view(row));
    }
    return response;
}

gen::ListSubscriptionsByTopicResponse SubscriptionFamily::list_subscriptions_by_topic(
    const api::CallContext&, const gen::ListSubscriptionsByTopicRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto topic = require_topic(connection, request.topic_arn);
        gen::ListSubscriptionsByTopicResponse response{.subscriptions =
                                                           std::vector<gen::Subscription>{}};
        for (const auto& row : state::subscriptions_of_topic(connection, topic.id)) {
            response.subscriptions->push_back(view(row));
        }
        return response;
    });
}

gen::GetSubscriptionAttributesResponse SubscriptionFamily::get_subscription_attributes(
    const api::CallContext&, const gen::GetSubscriptionAttributesRequest& request) {
    return dependencies_.database.read([&](db::Connection& connection) {
        const auto row = require_subscription(connection, request.subscription_arn);
        auto attributes = row.attributes;
        attributes["SubscriptionArn"] = row.arn();
        attributes["TopicArn"] = row.topic.arn();
        attributes["Owner"] = row.topic.scope.account;
        attributes["Protocol"] = row.protocol;
        attributes["Endpoint"] = row.endpoint;
        attributes["PendingConfirmation"] = row.is_confirmed() ? "false" : "true";
        attributes.try_emplace("RawMessageDelivery", "false");
        if (row.last_failure) {
            attributes["LastFailure"] = *row.last_failure;  // ours: AWS has metrics for it
        }
        return gen::GetSubscriptionAttributesResponse{.attributes = attributes};
    });
}

gen::SetSubscriptionAttributesResponse SubscriptionFamily::set_subscription_attributes(
    const api::CallContext&, const gen::SetSubscriptionAttributesRequest& request) {
    const std::string value = request.attribute_value.value_or("");
    check_attribute(request.attribute_name, value);
    dependencies_.database.write([&](db::Transaction& transaction) {
        auto row = require_subscription(transaction, request.subscription_arn);
        row.attributes[request.attribute_name] = value;
        state::update_subscription(transaction, row);
    });
    return {};
}

}  // namespace goldsmith::service::sns
