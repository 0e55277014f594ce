// Messages to subscribers: the JSON envelope of SNS, and rows that stand for their delivery.
// publish() runs in the caller's transaction, so that what happened and the word of it are written
// together.
#pragma once

#include <optional>
#include <string>

#include "state/topics.h"

namespace goldsmith::base {
class Random;
}
namespace goldsmith::db {
class Transaction;
class Connection;
}  // namespace goldsmith::db

namespace goldsmith::service::sns {

struct OutgoingMessage {
    std::string message{};
    std::optional<std::string> subject{};
    std::string attributes_json{};  // of "MessageAttributes" in the envelope; empty: none
    std::int64_t now_ms = 0;
};

/// One delivery for each confirmed http or https subscription. Returns the message's id.
std::string publish(db::Connection& connection, base::Random& random, const state::TopicRow& topic,
                    const OutgoingMessage& message);

/// Asks the endpoint to confirm, by its token.
void ask_to_confirm(db::Connection& connection, base::Random& random,
                    const state::SubscriptionRow& subscription, std::int64_t now_ms);

/// The topic of an ARN, whoever owns it.
std::optional<state::TopicRow> topic_of_arn(db::Connection& connection, const std::string& arn);

}  // namespace goldsmith::service::sns
