// Rows of SNS: topics, subscriptions, and messages that wait for their delivery. Written by
// service/sns and by whoever publishes in a transaction of its own; deliveries are taken by the
// daemon.
//
// Functions run on the connection they are given; those that change something need a transaction
// that writes. Failures throw db::Error.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/scope.h"

namespace goldsmith::db {
class Connection;
}

namespace goldsmith::state {

using TopicAttributes = std::map<std::string, std::string>;

struct TopicRow {
    std::int64_t id = 0;
    Scope scope{};
    std::string name{};
    TopicAttributes attributes{};

    std::string arn() const {
        return "arn:aws:sns:" + scope.region + ":" + scope.account + ":" + name;
    }
};

struct SubscriptionRow {
    std::int64_t id = 0;
    TopicRow topic{};
    std::string subscription_id{};  // a UUID, the last part of the ARN
    std::string protocol{};
    std::string endpoint{};
    std::string token{};  // empty: confirmed
    TopicAttributes attributes{};
    std::optional<std::string> last_failure{};  // of a delivery that was given up

    bool is_confirmed() const { return token.empty(); }
    std::string arn() const { return topic.arn() + ":" + subscription_id; }
};

struct DeliveryRow {
    std::int64_t id = 0;
    std::string subscription_id{};
    std::string message_id{};
    std::string type{};  // "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
    std::string body{};
    int attempts = 0;
    std::int64_t due_ms = 0;
};

/// Fills in `id`.
void insert_topic(db::Connection& connection, TopicRow& topic);
void update_topic(db::Connection& connection, const TopicRow& topic);
std::optional<TopicRow> find_topic(db::Connection& connection, const Scope& scope,
                                   std::string_view name);
/// With its subscriptions and what waits for them.
void erase_topic(db::Connection& connection, std::int64_t id);
/// In order of names, those after `after`.
std::vector<TopicRow> page_topics(db::Connection& connection, const Scope& scope,
                                  std::string_view after, int limit);

/// Fills in `id`.
void insert_subscription(db::Connection& connection, SubscriptionRow& subscription);
/// Token, attributes and last failure.
void update_subscription(db::Connection& connection, const SubscriptionRow& subscription);
std::optional<SubscriptionRow> find_subscription(db::Connection& connection,
                                                 std::string_view subscription_id);
std::optional<SubscriptionRow> find_subscription(db::Connection& connection, std::int64_t topic_id,
                                                 std::string_view protocol,
                                                 std::string_view endpoint);
/// With what waits for it.
void erase_subscription(db::Connection& connection, std::string_view subscription_id);
std::vector<SubscriptionRow> subscriptions_of_topic(db::Connection& connection,
                                                    std::int64_t topic_id);
/// Of every topic of the scope, in the order of their making, those after the id.
std::vector<SubscriptionRow> page_subscriptions(db::Connection& connection, const Scope& scope,
                                                std::int64_t after, int limit);

void insert_delivery(db::Connection& connection, const DeliveryRow& delivery);
std::vector<DeliveryRow> due_deliveries(db::Connection& connection, std::int64_t now_ms, int limit);
void postpone_delivery(db::Connection& connection, std::int64_t id, int attempts,
                       std::int64_t due_ms);
void erase_delivery(db::Connection& connection, std::int64_t id);

}  // namespace goldsmith::state
