#include "guest/toe_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/resume_trigger.h"
#include "guest/update_plan.h"

namespace goldsmith::guest {
namespace {

constexpr OptionSpec specs[] = {{"documents", 'd', "A,B", "files"}, {"trace", 't', "", "talk"}};

std::string problem_of(const std::vector<std::string>& arguments) {
    try {
        Options::parse(specs, arguments);
    } catch (const UsageError& error) {
        return error.what();
    }
    return "";
}

TEST(Options, EverySpelling) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--documents", "a,b", "--trace"},
          {"-d", "a,,b", "-t"},
          {"--documents=a,b", "-t"}}) {
        const Options options = Options::parse(specs, arguments);
        EXPECT_EQ(options.list("documents"), (std::vector<std::string>{"a", "b"}));
        EXPECT_TRUE(options.has("trace"));
    }
}

TEST(Options, Problems) {
    EXPECT_EQ(problem_of({"--document", "a"}),
              "unknown option '--document'. Did you mean 'documents'?");
    EXPECT_EQ(problem_of({"-x"}), "unknown option '-x'.");
    EXPECT_EQ(problem_of({"a.yml"}), "unexpected argument 'a.yml'");
    EXPECT_EQ(problem_of({"--documents"}), "the option --documents needs a value: A,B");
    EXPECT_EQ(problem_of({"-t", "-t"}), "the option -t is given twice");
    EXPECT_EQ(problem_of({"--trace=yes"}), "the option --trace takes no value");
}

TEST(Options, Assignments) {
    EXPECT_EQ(parse_assignments("a=1,b=x=y"),
              (std::map<std::string, std::string>{{"a", "1"}, {"b", "x=y"}}));
    EXPECT_THROW(parse_assignments("a="), UsageError);
    EXPECT_THROW(parse_assignments("=1"), UsageError);
    EXPECT_THROW(parse_assignments("a"), UsageError);
}

std::string describe(const std::vector<base::Command>& commands) {
    std::string text;
    for (const base::Command& command : commands) {
        text += command.describe() + "\n";
    }
    return text;
}

TEST(UpdatePlan, EachPackageManager) {
    const UpdatePlan apt = plan_update(PackageManager::apt, {}, {"linux-image-amd64"});
    EXPECT_EQ(describe(apt.update),
              "apt-get update\napt-mark hold linux-image-amd64\n"
              "apt-get -y -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "
              "upgrade\n");
    EXPECT_EQ(describe(apt.restore), "apt-mark unhold linux-image-amd64\n");
    EXPECT_EQ(apt.update.back().environment.at("DEBIAN_FRONTEND"), "noninteractive");
    EXPECT_EQ(describe(plan_update(PackageManager::yum, {"a", "b"}, {"b"}).update),
              "yum -y update --exclude=b a\n");
    EXPECT_EQ(describe(plan_update(PackageManager::dnf, {}, {}).update), "dnf -y upgrade\n");
    EXPECT_EQ(describe(plan_update(PackageManager::apk, {}, {"x"}).update),
              "apk update\napk upgrade --ignore x\n");
    EXPECT_EQ(plan_update(PackageManager::apt, {"a"}, {"a"}), UpdatePlan{});
}

TEST(ResumeUnit, QuotesTheCommand) {
    EXPECT_THAT(
        resume_unit({"/usr/bin/toe", "run", "--parameters", "a=\"b $c%d\""}, "/tmp"),
        ::testing::HasSubstr(R"(ExecStart="/usr/bin/toe" "run" "--parameters" "a=\"b $$c%%d\"")"));
}

TEST(ResumeUnit, EscapesTheFolder) {
    EXPECT_THAT(resume_unit({"/toe"}, "/srv/100%/a b"),
                ::testing::HasSubstr("WorkingDirectory=/srv/100%%/a b\n"));
}

TEST(ResumeCrontab, QuotesForTheShellAndForCron) {
    EXPECT_EQ(resume_crontab({"/usr/bin/toe", "run", "--parameters", "a=it's 100%"}, "/tmp/x y"),
              "# Continues component documents after a reboot.\n"
              R"(@reboot root cd '/tmp/x y' && exec '/usr/bin/toe' 'run' '--parameters' )"
              R"('a=it'\''s 100\%' >/dev/null 2>&1)"
              "\n");
    EXPECT_THROW(resume_crontab({"/toe", "two\nlines"}, "/"), base::Error);
}

}  // namespace
}  // namespace goldsmith::guest
