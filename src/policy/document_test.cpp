// What a policy must look like, and that what is wrong is named by its place.
#include "policy/document.h"

#include <gtest/gtest.h>

namespace goldsmith::policy {
namespace {

std::string problem_of(std::string_view text, Kind kind = Kind::identity) {
    try {
        Document::parse(text, kind);
    } catch (const PolicyError& error) {
        return error.what();
    }
    return "none";
}

/// A policy with one statement of those members.
std::string with(const std::string& members) {
    return R"({"Version":"2012-10-17","Statement":[{)" + members + "}]}";
}

struct Wrong {
    std::string text;
    std::string problem;
    Kind kind = Kind::identity;
};

TEST(DocumentTest, NamesWhatIsWrongByItsPlace) {
    const std::string allow = R"("Effect":"Allow","Action":"*","Resource":"*")";
    const Wrong wrong[] = {
        {"", "the policy is not JSON: incomplete JSON at line 1, column 1"},
        {"[]", "a policy must be an object"},
        {"{\n  \"Version\": x}", "the policy is not JSON: syntax error at line 2, column 14"},
        {with(allow) + " {}", "more text follows the policy at line 1, column 87"},
        {"{}", "Statement: is missing"},
        {R"({"Statement":[]})", "Statement: must have at least one statement"},
        {R"({"Statement":[1]})", "Statement[0]: a statement must be an object"},
        {R"({"Version":"2020-01-01","Statement":[]})",
         "Version: must be \"2012-10-17\" or \"2008-10-17\""},
        {R"({"Statment":[]})", "Statment: a policy has no such member"},
        {R"({"Id":1,"Statement":[]})", "Id: must be a text"},
        {with(allow + R"(,"Extra":1)"), "Statement[0].Extra: a statement has no such member"},
        {with(R"("Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*")"),
         "the member 'Effect' stands twice in one object"},
        {with(R"("Action":"*","Resource":"*")"),
         "Statement[0].Effect: must be \"Allow\" or \"Deny\""},
        {with(R"("Effect":"allow","Action":"*","Resource":"*")"),
         "Statement[0].Effect: must be \"Allow\" or \"Deny\""},
        {with(R"("Effect":"Allow","Resource":"*")"),
         "Statement[0]: has neither Action nor NotAction"},
        {with(R"("Effect":"Allow","Action":"*","NotAction":"*","Resource":"*")"),
         "Statement[0]: has both Action and NotAction; give one"},
        {with(R"("Effect":"Allow","Action":[],"Resource":"*")"),
         "Statement[0].Action: must have at least one value"},
        {with(R"("Effect":"Allow","Action":["a:b",1],"Resource":"*")"),
         "Statement[0].Action[1]: must be a text"},
        {with(R"("Effect":"Allow","Action":"GetImage","Resource":"*")"),
         "Statement[0].Action: 'GetImage' is no action: actions are prefaced by their service, "
         "such as imagebuilder:GetImage or imagebuilder:*"},
        {with(R"("Effect":"Allow","Action":"*")"),
         "Statement[0]: has neither Resource nor NotResource"},
        {with(R"("Effect":"Allow","Action":"*","Resource":"image/web")"),
         "Statement[0].Resource: 'image/web' is no resource: it must be an ARN or \"*\""},
        {with(R"("Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username")"),
         "Statement[0].Resource: the policy variable that begins with '${' has no '}'"},
        {with(allow + R"(,"Principal":"*")"),
         "Statement[0].Principal: an identity policy speaks of whom it is attached to: it names no "
         "principal"},
        {with(allow + R"(,"Sid":"a b")"),
         "Statement[0].Sid: 'a b' must be of letters and digits only"},
        {with(allow + R"(,"Condition":[])"),
         "Statement[0].Condition: must be an object of condition operators"},
        {with(allow + R"(,"Condition":{"StringIs":{"aws:x":"y"}})"),
         "Statement[0].Condition.StringIs: 'StringIs' is no condition operator"},
        {with(allow + R"(,"Condition":{"stringequals":{"aws:x":"y"}})"),
         "Statement[0].Condition.stringequals: 'stringequals' is no condition operator; it is "
         "spelt "
         "'StringEquals'"},
        {with(allow + R"(,"Condition":{"NullIfExists":{"aws:x":"true"}})"),
         "Statement[0].Condition.NullIfExists: Null takes neither IfExists nor ForAnyValue nor "
         "ForAllValues"},
        {with(allow + R"(,"Condition":{"StringEquals":{}})"),
         "Statement[0].Condition.StringEquals: must be an object of condition keys"},
        {with(allow + R"(,"Condition":{"StringEquals":{"username":"y"}})"),
         "Statement[0].Condition.StringEquals.username: 'username' is no condition key: keys name "
         "their service, such as aws:SourceIp"},
        {with(allow + R"(,"Condition":{"StringEquals":{"aws:x":[]}})"),
         "Statement[0].Condition.StringEquals.aws:x: must have at least one value"},
        {with(allow + R"(,"Condition":{"StringEquals":{"aws:x":["a",{}]}})"),
         "Statement[0].Condition.StringEquals.aws:x[1]: must be a text, a number or a truth value"},
        {with(allow + R"(,"Condition":{"Bool":{"aws:x":"yes"}})"),
         "Statement[0].Condition.Bool.aws:x: 'yes' is no truth value: say \"true\" or \"false\""},
        {with(allow + R"(,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/33"}})"),
         "Statement[0].Condition.IpAddress.aws:SourceIp: '10.0.0.0/33' is no address or CIDR "
         "range"},
        {with(allow + R"(,"Condition":{"NumericEquals":{"aws:x":"1e"}})"),
         "Statement[0].Condition.NumericEquals.aws:x: '1e' is no number"},
        {with(allow + R"(,"Condition":{"DateEquals":{"aws:x":"soon"}})"),
         "Statement[0].Condition.DateEquals.aws:x: 'soon' is no date in ISO-8601 form"},
        {with(R"("Sid":"A",)" + allow + R"(},{"Sid":"A",)" + allow),
         "Statement[1].Sid: another statement has the Sid 'A'"},
        {with(allow), "Statement[0]: has neither Principal nor NotPrincipal", Kind::resource},
        {with(allow + R"(,"Principal":{})"),
         "Statement[0].Principal: must be \"*\" or an object with AWS, Service, Federated or "
         "CanonicalUser",
         Kind::resource},
        {with(allow + R"(,"Principal":{"AWS":"1234"})"),
         "Statement[0].Principal.AWS: '1234' is no principal: name an account (12 digits), an ARN "
         "of a user, role or session, or \"*\"",
         Kind::resource},
        {with(allow + R"(,"Principal":{"AWS":"arn:aws:iam::111122223333:user/*"})"),
         "Statement[0].Principal.AWS: 'arn:aws:iam::111122223333:user/*' holds a wildcard: a "
         "principal is named in full, or everybody is named with \"*\"",
         Kind::resource},
        {with(allow + R"(,"Principal":{"Aws":"*"})"),
         "Statement[0].Principal.Aws: unknown kind of principal; known: AWS, Service, Federated, "
         "CanonicalUser",
         Kind::resource},
        {with(allow + R"(,"NotPrincipal":{"AWS":"111122223333"})"),
         "Statement[0].NotPrincipal: with \"Effect\": \"Allow\" this would let in everybody else, "
         "unknown callers too; use Principal",
         Kind::resource},
        {with(allow + R"(,"Principal":"*")"),
         "Statement[0].Resource: a trust policy speaks of its role: it names no resource",
         Kind::trust},
    };
    for (const Wrong& each : wrong) {
        EXPECT_EQ(problem_of(each.text, each.kind), each.problem) << each.text;
    }
}

TEST(DocumentTest, RefusesWhatIsTooDeepOrTooLong) {
    EXPECT_EQ(problem_of(std::string(100000, '[')).substr(0, 48),
              "the policy is nested deeper than any policy is, ");
    EXPECT_EQ(problem_of(with(R"("Sid":")" + std::string(200000, 'a') + "\"")),
              "the policy is longer than 131072 bytes");
}

TEST(DocumentTest, ReadsEveryKind) {
    const std::string allow = R"("Effect":"Allow","Action":["a:B","c:*"])";
    EXPECT_EQ(problem_of(with(allow + R"(,"Resource":"*")")), "none");
    EXPECT_EQ(problem_of(R"({"Statement":{)" + allow + R"(,"Resource":["arn:aws:s3:::x"]}})"),
              "none");
    EXPECT_EQ(problem_of(with(allow + R"(,"Resource":"*","Sid":"any text","Principal":"*")"),
                         Kind::resource),
              "none");
    EXPECT_EQ(problem_of(with(allow + R"(,"Principal":{"Service":"ec2.amazonaws.com","AWS":
                              ["111122223333","arn:aws:iam::111122223333:root","*"],
                              "Federated":"accounts.google.com"})"),
                         Kind::trust),
              "none");
    const auto policy =
        Document::parse(with(R"("Sid":"One",)" + allow + R"(,"Resource":"*")"), Kind::identity);
    ASSERT_EQ(policy->statements().size(), 1U);
    EXPECT_EQ(policy->statements()[0].sid, "One");
    EXPECT_EQ(policy->statements()[0].actions.size(), 2U);
}

TEST(DocumentTest, SizeCountsNoWhiteSpace) {
    EXPECT_EQ(counted_size(" {\"a\":\n\t\"ü b\"}\r"), 10U);
}

}  // namespace
}  // namespace goldsmith::policy
