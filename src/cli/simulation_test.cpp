#include "cli/simulation.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::cli {
namespace {

class SimulationTest : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) {
        const base::Path path = folder_.path() / name;
        base::write_file_atomically(path, text);
        return path.string();
    }

    base::TempDir folder_;
    std::string read_ = file("read.json", R"({"Version":"2012-10-17","Statement":[
        {"Sid":"Read","Effect":"Allow","Action":"imagebuilder:Get*","Resource":"*",
         "Condition":{"StringEquals":{"aws:username":"alice"}}}]})");
};

TEST_F(SimulationTest, SaysWhatDecidesAndWhy) {
    const auto allowed = simulate({.policies = {read_},
                                   .actions = {"imagebuilder:GetImage"},
                                   .principal = "arn:aws:iam::123456789012:user/alice"});
    EXPECT_TRUE(allowed.all_allowed);
    EXPECT_EQ(
        allowed.text,
        "imagebuilder:GetImage on *\nallowed: imagebuilder:GetImage\n  decided by statement 1 "
        "(\"Read\") of the identity-based policy \"" +
            read_ + "\"\n");
    const auto denied = simulate({.policies = {read_},
                                  .actions = {"imagebuilder:GetImage"},
                                  .principal = "arn:aws:iam::123456789012:user/bob"});
    EXPECT_FALSE(denied.all_allowed);
    EXPECT_NE(
        denied.text.find("the condition StringEquals aws:username wants \"alice\", the request "
                         "has \"bob\""),
        std::string::npos)
        << denied.text;
}

TEST_F(SimulationTest, ContextComesFromTheCommandLine) {
    EXPECT_TRUE(simulate({.policies = {read_},
                          .actions = {"imagebuilder:GetImage"},
                          .context = {"aws:username=alice"}})
                    .all_allowed);
    EXPECT_THROW(simulate({.actions = {"a:B"}, .context = {"nonsense"}}), base::Error);
    EXPECT_THROW(simulate({.actions = {"a:B"}, .principal = "alice"}), base::Error);
}

TEST_F(SimulationTest, AcrossAccountsBothMustAllow) {
    const auto shared = file("shared.json", R"({"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"imagebuilder:GetImage",
         "Resource":"*"}]})");
    Simulation question{
        .policies = {read_},
        .actions = {"imagebuilder:GetImage"},
        .resources = {"arn:aws:imagebuilder:us-east-1:999999999999:image/a/1.0.0/1"},
        .principal = "arn:aws:iam::123456789012:user/alice"};
    EXPECT_FALSE(simulate(question).all_allowed);
    question.resource_policy = shared;
    EXPECT_TRUE(simulate(question).all_allowed);
}

TEST_F(SimulationTest, ABrokenPolicyIsNamedByFileAndPlace) {
    const auto broken = file("broken.json", R"({"Statement":[{"Effect":"Maybe"}]})");
    try {
        simulate({.policies = {broken}, .actions = {"a:B"}});
        FAIL();
    } catch (const base::Error& error) {
        EXPECT_EQ(error.what(), broken + ": Statement[0].Effect: must be \"Allow\" or \"Deny\"");
    }
}

}  // namespace
}  // namespace goldsmith::cli
