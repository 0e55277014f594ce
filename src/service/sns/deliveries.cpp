#include "service/sns/deliveries.h"

#include <array>

#include "db/database.h"
#include "service/milliseconds.h"

namespace goldsmith::service::sns {

namespace {

constexpr int batch = 20;
constexpr std::array<int, 8> pauses_seconds{1, 5, 20, 60, 300, 900, 3600, 14400};

/// An endpoint that says so will not take it later either, as SNS has it.
bool is_refusal(int status) {
    return status >= 400 && status < 500 && status != 408 && status != 429;
}

}  // namespace

std::optional<std::chrono::seconds> pause_after(int attempts) {
    if (attempts < 1 || static_cast<std::size_t>(attempts) > pauses_seconds.size()) {
        return std::nullopt;
    }
    return std::chrono::seconds(pauses_seconds[static_cast<std::size_t>(attempts) - 1]);
}

std::size_t Deliveries::turn(base::Time now) {
    const auto due = database_.read([&](db::Connection& connection) {
        return state::due_deliveries(connection, to_ms(now), batch);
    });
    for (const auto& delivery : due) {
        attempt(delivery, now);
    }
    return due.size();
}

void Deliveries::attempt(const state::DeliveryRow& delivery, base::Time now) {
    const auto subscription = database_.read([&](db::Connection& connection) {
        return state::find_subscription(connection, delivery.subscription_id);
    });
    if (!subscription) {
        database_.write(
            [&](db::Transaction& transaction) { state::erase_delivery(transaction, delivery.id); });
        return;
    }
    const bool raw = delivery.type == "Notification" && !delivery.body.starts_with("{\"Type\":");
    Post post{.url = subscription->endpoint,
              .headers = {{"Content-Type", "text/plain; charset=UTF-8"},
                          {"User-Agent", "Amazon Simple Notification Service Agent"},
                          {"x-amz-sns-message-type", delivery.type},
                          {"x-amz-sns-message-id", delivery.message_id},
                          {"x-amz-sns-topic-arn", subscription->topic.arn()}},
              .body = delivery.body};
    if (delivery.type == "Notification") {
        post.headers["x-amz-sns-subscription-arn"] = subscription->arn();
    }
    if (raw) {
        post.headers["x-amz-sns-rawdelivery"] = "true";
    }
    try {
        const int status = send_(post);
        if (status >= 200 && status < 300) {
            database_.write([&](db::Transaction& transaction) {
                state::erase_delivery(transaction, delivery.id);
            });
            return;
        }
        failed(delivery, "the endpoint answered " + std::to_string(status), is_refusal(status),
               now);
    } catch (const EndpointRefused& refusal) {
        failed(delivery, refusal.what(), true, now);
    } catch (const base::Error& error) {
        failed(delivery, base::error_chain(error), false, now);
    }
}

void Deliveries::failed(const state::DeliveryRow& delivery, const std::string& why, bool is_final,
                        base::Time now) {
    const int attempts = delivery.attempts + 1;
    const auto pause = is_final ? std::nullopt : pause_after(attempts);
    database_.write([&](db::Transaction& transaction) {
        if (pause) {
            state::postpone_delivery(transaction, delivery.id, attempts, to_ms(now + *pause));
            return;
        }
        state::erase_delivery(transaction, delivery.id);
        if (auto row = state::find_subscription(transaction, delivery.subscription_id)) {
            row->last_failure = base::format_iso8601(now) + " message " + delivery.message_id +
                                " given up after " + std::to_string(attempts) + " attempts: " + why;
            state::update_subscription(transaction, *row);
        }
    });
    if (!pause) {
        log_.error("a notification was given up", {{"subscription", delivery.subscription_id},
                                                   {"message", delivery.message_id},
                                                   {"attempts", std::to_string(attempts)},
                                                   {"error", why}});
    }
}

}  // namespace goldsmith::service::sns
