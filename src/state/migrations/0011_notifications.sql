-- SNS: topics, who is subscribed to them, and what is still to be delivered.
CREATE TABLE topics (
    id @identity@,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    UNIQUE (account, region, name)
);

-- `token` is what the endpoint confirms itself with; it is empty once that has happened.
CREATE TABLE topic_subscriptions (
    id @identity@,
    topic_id INTEGER NOT NULL REFERENCES topics (id) ON DELETE CASCADE,
    subscription_id TEXT NOT NULL UNIQUE,
    protocol TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    token TEXT NOT NULL,
    attributes TEXT NOT NULL,
    last_failure TEXT,
    UNIQUE (topic_id, protocol, endpoint)
);

CREATE TABLE topic_deliveries (
    id @identity@,
    subscription_id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due_ms BIGINT NOT NULL
);
CREATE INDEX topic_deliveries_by_due ON topic_deliveries (due_ms);
CREATE INDEX topic_deliveries_by_subscription ON topic_deliveries (subscription_id);
