// Every row of the table is decided as it says there, with the reason that is golden beside it, and
// the laws that hold for every decision hold for every row.
#include "policy/decision_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/files.h"
#include "base/random.h"

namespace goldsmith::policy {
namespace {

base::Path golden_folder() {
    return base::Path(GOLDSMITH_SOURCE_DIR) / "tests/golden/policy";
}

const std::vector<TableRow>& rows() {
    static const auto table = read_table(base::read_file(golden_folder() / "decisions.txt"));
    return table;
}

NamedPolicy deny_of(const TableRow& row) {
    return {"the added deny",
            Document::parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":")" +
                                row.action + R"(","Resource":"*"}})",
                            Kind::identity)};
}

NamedPolicy deny_of_another_action() {
    return {"a deny of something else",
            Document::parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Deny",)"
                            R"("Action":"nothing:AtAll","Resource":"*"}})",
                            Kind::identity)};
}

TEST(DecisionTableTest, HasEnoughRows) {
    EXPECT_GE(rows().size(), 150U);
}

TEST(DecisionTableTest, EveryRowIsDecidedAsItSays) {
    for (const TableRow& row : rows()) {
        const Decision decision = row.decide();
        EXPECT_EQ(to_string(decision.outcome), to_string(row.expected))
            << row.text << "\n"
            << decision.explain(row.action);
    }
}

TEST(DecisionTableTest, ReasonsAreGolden) {
    std::string reasons;
    for (const TableRow& row : rows()) {
        reasons += row.text + "\n  " + row.decide().explain(row.action);
    }
    const base::Path golden = golden_folder() / "reasons.txt";
    if (std::getenv("GOLDSMITH_UPDATE_GOLDEN") != nullptr) {
        base::write_file_atomically(golden, reasons);
    }
    EXPECT_EQ(reasons, base::read_file(golden))
        << "If the new reasons are better, run with GOLDSMITH_UPDATE_GOLDEN=1.";
}

TEST(DecisionLawsTest, AnExplicitDenyWinsWhereverItStands) {
    for (const TableRow& row : rows()) {
        TableRow denied = row;
        denied.policies.identity.push_back(deny_of(row));
        EXPECT_EQ(denied.decide().outcome, Outcome::explicitly_denied) << row.text;
        denied = row;
        denied.policies.session.emplace({deny_of(row)});
        EXPECT_EQ(denied.decide().outcome, Outcome::explicitly_denied) << row.text;
        denied = row;
        denied.policies.boundary = deny_of(row);
        EXPECT_EQ(denied.decide().outcome, Outcome::explicitly_denied) << row.text;
    }
}

TEST(DecisionLawsTest, ADenyNeverAllowsWhatWasNotAllowed) {
    for (const TableRow& row : rows()) {
        for (const NamedPolicy& deny : {deny_of(row), deny_of_another_action()}) {
            TableRow changed = row;
            changed.policies.identity.insert(changed.policies.identity.begin(), deny);
            EXPECT_LE(changed.decide().allowed(), row.decide().allowed()) << row.text;
        }
    }
}

TEST(DecisionLawsTest, ABoundaryOrSessionPolicyNeverAllowsWhatWasNotAllowed) {
    const NamedPolicy everything{
        "everything",
        Document::parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",)"
                        R"("Resource":"*"}})",
                        Kind::identity)};
    for (const TableRow& row : rows()) {
        TableRow changed = row;
        changed.policies.boundary = everything;
        if (!row.policies.boundary) {
            EXPECT_EQ(changed.decide().allowed(), row.decide().allowed()) << row.text;
        }
        changed = row;
        changed.policies.boundary = deny_of_another_action();
        EXPECT_LE(changed.decide().allowed(), row.decide().allowed()) << row.text;
    }
}

TEST(DecisionLawsTest, TheOrderOfPoliciesDoesNotMatter) {
    base::SeededRandom random(7);
    for (const TableRow& row : rows()) {
        TableRow changed = row;
        for (int i = 0; i < 4; ++i) {
            auto& policies = changed.policies.identity;
            for (std::size_t at = policies.size(); at > 1; --at) {
                std::uint64_t number = 0;
                random.fill(&number, sizeof number);
                std::swap(policies[at - 1], policies[number % at]);
            }
            EXPECT_EQ(changed.decide().outcome, row.decide().outcome) << row.text;
        }
    }
}

}  // namespace
}  // namespace goldsmith::policy
