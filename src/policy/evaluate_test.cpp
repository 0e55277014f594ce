// Laws over generated policies: the order of statements, and what a deny does.
#include "policy/evaluate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"

namespace goldsmith::policy {
namespace {

/// Random statements over a small world, so that they often speak of the same things.
class World {
public:
    explicit World(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t limit) {
        std::uint64_t number = 0;
        random_.fill(&number, sizeof number);
        return number % limit;
    }

    std::string any(const std::vector<std::string>& from) { return from[below(from.size())]; }

    std::string statement() {
        std::string text =
            "{\"Effect\":\"" + any({"Allow", "Allow", "Deny"}) + "\",\"" +
            any({"Action", "Action", "NotAction"}) + "\":\"" +
            any({"*", "a:*", "a:Get*", "a:Put", "b:*"}) + "\",\"" +
            any({"Resource", "Resource", "NotResource"}) + "\":\"" +
            any({"*", "arn:aws:a:::x/*", "arn:aws:a:::${aws:username}", "arn:aws:b:*"}) + "\"";
        if (below(2) == 0) {
            text += ",\"Condition\":{\"" +
                    any({"StringEquals", "StringNotEquals", "StringLikeIfExists",
                         "ForAllValues:StringEquals", "ForAnyValue:StringNotLike"}) +
                    "\":{\"" + any({"aws:username", "aws:TagKeys", "aws:userid"}) + "\":[\"" +
                    any({"x", "y*", "${aws:userid}"}) + "\"]}}";
        }
        return text + "}";
    }

    Context context() {
        Context context;
        if (below(3) != 0) {
            context.set("aws:username", any({"x", "yy"}));
        }
        if (below(3) != 0) {
            context.set("aws:userid", any({"x", "yy"}));
        }
        if (below(3) != 0) {
            context.set("aws:TagKeys", Context::Values(below(3), any({"x", "y"})));
        }
        return context;
    }

private:
    base::SeededRandom random_;
};

NamedPolicy policy_of(const std::vector<std::string>& statements) {
    std::string text = R"({"Version":"2012-10-17","Statement":[)";
    for (const std::string& statement : statements) {
        text += (&statement == &statements.front() ? "" : ",") + statement;
    }
    return {"generated", Document::parse(text + "]}", Kind::identity)};
}

Outcome ask(const std::vector<std::string>& statements, World& world) {
    const Caller caller{
        CallerKind::user, "111122223333", "arn:aws:iam::111122223333:user/x", {}, {}};
    // The same seed gives the same request for every set of statements of one round.
    const Context context = world.context();
    const Request request{caller, world.any({"a:Get", "a:Put", "b:Get"}),
                          world.any({"arn:aws:a:::x/1", "arn:aws:a:::x", "arn:aws:b:::y", "*"}), "",
                          context};
    return evaluate(request, {.identity = {policy_of(statements)}}).outcome;
}

TEST(EvaluateLawsTest, HoldForRandomPolicies) {
    int denied = 0;
    int allowed = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        World making(seed);
        std::vector<std::string> statements;
        for (std::size_t count = 1 + making.below(5); count > 0; --count) {
            statements.push_back(making.statement());
        }
        const auto outcome_of = [&](const std::vector<std::string>& asked) {
            World asking(seed + 1000000);
            return ask(asked, asking);
        };
        const Outcome outcome = outcome_of(statements);
        allowed += outcome == Outcome::allowed;
        denied += outcome == Outcome::explicitly_denied;

        auto reversed = statements;
        std::ranges::reverse(reversed);
        EXPECT_EQ(outcome_of(reversed), outcome) << "seed " << seed;

        auto with_deny = statements;
        std::string deny = making.statement();
        deny.replace(deny.find("\":\"") + 3, deny.find("\",\"") - deny.find("\":\"") - 3, "Deny");
        with_deny.push_back(deny);
        EXPECT_LE(outcome_of(with_deny) == Outcome::allowed, outcome == Outcome::allowed)
            << "seed " << seed << ": " << deny;

        auto with_allow = statements;
        std::string allow = deny;
        allow.replace(allow.find("Deny"), 4, "Allow");
        with_allow.push_back(allow);
        EXPECT_GE(outcome_of(with_allow) == Outcome::allowed, outcome == Outcome::allowed)
            << "seed " << seed << ": " << allow;
        EXPECT_EQ(outcome_of(with_allow) == Outcome::explicitly_denied,
                  outcome == Outcome::explicitly_denied)
            << "seed " << seed;
    }
    // The world must be one in which everything happens.
    EXPECT_GT(allowed, 100);
    EXPECT_GT(denied, 100);
}

}  // namespace
}  // namespace goldsmith::policy
