#include "state/topics.h"

#include <boost/json.hpp>

#include "db/connection.h"

namespace goldsmith::state {
namespace {

namespace json = boost::json;

constexpr std::string_view insert_topic_sql =
    "INSERT INTO topics (account, region, name, attributes) VALUES (?1, ?2, ?3, ?4) RETURNING id";
constexpr std::string_view update_topic_sql = "UPDATE topics SET attributes = ?2 WHERE id = ?1";
constexpr std::string_view find_topic_sql =
    "SELECT id, account, region, name, attributes FROM topics"
    " WHERE account = ?1 AND region = ?2 AND name = ?3";
constexpr std::string_view page_topics_sql =
    "SELECT id, account, region, name, attributes FROM topics"
    " WHERE account = ?1 AND region = ?2 AND name > ?3 ORDER BY name LIMIT ?4";
constexpr std::string_view erase_topic_sql = "DELETE FROM topics WHERE id = ?1";

constexpr std::string_view insert_subscription_sql =
    "INSERT INTO topic_subscriptions (topic_id, subscription_id, protocol, endpoint, token,"
    " attributes) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
constexpr std::string_view update_subscription_sql =
    "UPDATE topic_subscriptions SET token = ?2, attributes = ?3, last_failure = ?4 WHERE id = ?1";
constexpr std::string_view erase_subscription_sql =
    "DELETE FROM topic_subscriptions WHERE subscription_id = ?1";

#define SUBSCRIPTION_COLUMNS                                                         \
    "SELECT s.id, s.subscription_id, s.protocol, s.endpoint, s.token, s.attributes," \
    " s.last_failure, t.id, t.account, t.region, t.name, t.attributes"               \
    " FROM topic_subscriptions s JOIN topics t ON t.id = s.topic_id"
constexpr std::string_view find_subscription_sql =
    SUBSCRIPTION_COLUMNS " WHERE s.subscription_id = ?1";
constexpr std::string_view find_by_endpoint_sql =
    SUBSCRIPTION_COLUMNS " WHERE s.topic_id = ?1 AND s.protocol = ?2 AND s.endpoint = ?3";
constexpr std::string_view of_topic_sql =
    SUBSCRIPTION_COLUMNS " WHERE s.topic_id = ?1 ORDER BY s.id";
constexpr std::string_view page_subscriptions_sql = SUBSCRIPTION_COLUMNS
    " WHERE t.account = ?1 AND t.region = ?2 AND s.id > ?3 ORDER BY s.id LIMIT ?4";
#undef SUBSCRIPTION_COLUMNS

constexpr std::string_view insert_delivery_sql =
    "INSERT INTO topic_deliveries (subscription_id, message_id, type, body, attempts, due_ms)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view due_sql =
    "SELECT id, subscription_id, message_id, type, body, attempts, due_ms FROM topic_deliveries"
    " WHERE due_ms <= ?1 ORDER BY due_ms, id LIMIT ?2";
constexpr std::string_view postpone_sql =
    "UPDATE topic_deliveries SET attempts = ?2, due_ms = ?3 WHERE id = ?1";
constexpr std::string_view erase_delivery_sql = "DELETE FROM topic_deliveries WHERE id = ?1";
constexpr std::string_view erase_deliveries_sql =
    "DELETE FROM topic_deliveries WHERE subscription_id = ?1";

std::string text_of(const TopicAttributes& attributes) {
    return json::serialize(json::value_from(attributes));
}

TopicAttributes attributes_of(const std::string& text) {
    return json::value_to<TopicAttributes>(json::parse(text));
}

TopicRow read_topic(const db::Row& row, std::size_t at = 0) {
    return {.id = row.integer(at),
            .scope = {row.text(at + 1), row.text(at + 2)},
            .name = row.text(at + 3),
            .attributes = attributes_of(row.text(at + 4))};
}

SubscriptionRow read_subscription(const db::Row& row) {
    return {.id = row.integer(0),
            .topic = read_topic(row, 7),
            .subscription_id = row.text(1),
            .protocol = row.text(2),
            .endpoint = row.text(3),
            .token = row.text(4),
            .attributes = attributes_of(row.text(5)),
            .last_failure = row.optional_text(6)};
}

std::vector<SubscriptionRow> read_subscriptions(const std::vector<db::Row>& rows) {
    std::vector<SubscriptionRow> list;
    for (const db::Row& row : rows) {
        list.push_back(read_subscription(row));
    }
    return list;
}

std::optional<SubscriptionRow> read_one(const std::optional<db::Row>& row) {
    return row ? std::optional(read_subscription(*row)) : std::nullopt;
}

}  // namespace

void insert_topic(db::Connection& connection, TopicRow& topic) {
    topic.id = connection
                   .query_one(insert_topic_sql, {topic.scope.account, topic.scope.region,
                                                 topic.name, text_of(topic.attributes)})
                   .value()
                   .integer(0);
}

void update_topic(db::Connection& connection, const TopicRow& topic) {
    connection.execute(update_topic_sql, {topic.id, text_of(topic.attributes)});
}

std::optional<TopicRow> find_topic(db::Connection& connection, const Scope& scope,
                                   std::string_view name) {
    const auto row = connection.query_one(find_topic_sql, {scope.account, scope.region, name});
    return row ? std::optional(read_topic(*row)) : std::nullopt;
}

void erase_topic(db::Connection& connection, std::int64_t id) {
    for (const auto& subscription : subscriptions_of_topic(connection, id)) {
        erase_subscription(connection, subscription.subscription_id);
    }
    connection.execute(erase_topic_sql, {id});
}

std::vector<TopicRow> page_topics(db::Connection& connection, const Scope& scope,
                                  std::string_view after, int limit) {
    std::vector<TopicRow> list;
    for (const db::Row& row :
         connection.query(page_topics_sql, {scope.account, scope.region, after, limit})) {
        list.push_back(read_topic(row));
    }
    return list;
}

void insert_subscription(db::Connection& connection, SubscriptionRow& subscription) {
    subscription.id = connection
                          .query_one(insert_subscription_sql,
                                     {subscription.topic.id, subscription.subscription_id,
                                      subscription.protocol, subscription.endpoint,
                                      subscription.token, text_of(subscription.attributes)})
                          .value()
                          .integer(0);
}

void update_subscription(db::Connection& connection, const SubscriptionRow& subscription) {
    connection.execute(update_subscription_sql,
                       {subscription.id, subscription.token, text_of(subscription.attributes),
                        subscription.last_failure});
}

std::optional<SubscriptionRow> find_subscription(db::Connection& connection,
                                                 std::string_view subscription_id) {
    return read_one(connection.query_one(find_subscription_sql, {subscription_id}));
}

std::optional<SubscriptionRow> find_subscription(db::Connection& connection, std::int64_t topic_id,
                                                 std::string_view protocol,
                                                 std::string_view endpoint) {
    return read_one(connection.query_one(find_by_endpoint_sql, {topic_id, protocol, endpoint}));
}

void erase_subscription(db::Connection& connection, std::string_view subscription_id) {
    connection.execute(erase_deliveries_sql, {subscription_id});
    connection.execute(erase_subscription_sql, {subscription_id});
}

std::vector<SubscriptionRow> subscriptions_of_topic(db::Connection& connection,
                                                    std::int64_t topic_id) {
    return read_subscriptions(connection.query(of_topic_sql, {topic_id}));
}

std::vector<SubscriptionRow> page_subscriptions(db::Connection& connection, const Scope& scope,
                                                std::int64_t after, int limit) {
    return read_subscriptions(
        connection.query(page_subscriptions_sql, {scope.account, scope.region, after, limit}));
}

void insert_delivery(db::Connection& connection, const DeliveryRow& delivery) {
    connection.execute(insert_delivery_sql,
                       {delivery.subscription_id, delivery.message_id, delivery.type, delivery.body,
                        delivery.attempts, delivery.due_ms});
}

std::vector<DeliveryRow> due_deliveries(db::Connection& connection, std::int64_t now_ms,
                                        int limit) {
    std::vector<DeliveryRow> list;
    for (const db::Row& row : connection.query(due_sql, {now_ms, limit})) {
        list.push_back({.id = row.integer(0),
                        .subscription_id = row.text(1),
                        .message_id = row.text(2),
                        .type = row.text(3),
                        .body = row.text(4),
                        .attempts = static_cast<int>(row.integer(5)),
                        .due_ms = row.integer(6)});
    }
    return list;
}

void postpone_delivery(db::Connection& connection, std::int64_t id, int attempts,
                       std::int64_t due_ms) {
    connection.execute(postpone_sql, {id, attempts, due_ms});
}

void erase_delivery(db::Connection& connection, std::int64_t id) {
    connection.execute(erase_delivery_sql, {id});
}

}  // namespace goldsmith::state
