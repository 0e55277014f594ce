#include "documents/expression.h"

#include <gtest/gtest.h>

#include "documents/condition_number.h"

namespace goldsmith::documents {
namespace {

template <typename T>
bool is(std::string_view body) {
    const auto expression = parse_expression(body);
    return expression && std::holds_alternative<T>(*expression);
}

TEST(Expression, EveryForm) {
    EXPECT_TRUE(is<NameReference>(" My-Name_1 "));
    EXPECT_TRUE(is<ChainReference>("build.Step.outputs.stdout"));
    EXPECT_TRUE(is<ChainReference>("build.Step.inputs[12].document-s3-bucket-owner"));
    EXPECT_TRUE(is<LoopReference>("loop.value"));
    EXPECT_TRUE(is<LoopReference>("my-loop.index"));
    EXPECT_TRUE(is<EnvironmentReference>("env:ProgramFiles(x86)"));
    EXPECT_TRUE(is<MetadataReference>("aws:imds:placement/region"));
    EXPECT_TRUE(is<SsmReference>("aws:ssm:/path/name"));
    EXPECT_TRUE(is<SsmReference>("aws:ssm:resolve(name)"));
    EXPECT_TRUE(is<SsmReference>("aws:ssm:resolve(aws:ssm:/path)"));
    EXPECT_TRUE(is<ContextReference>("context:executionId"));
    const auto chain = std::get<ChainReference>(*parse_expression("build.Step.outputs[3].key"));
    EXPECT_EQ(chain.index, 3U);
    EXPECT_TRUE(chain.outputs);
}

TEST(Expression, OtherTextIsNone) {
    for (std::string_view body :
         {".Id", "range .Items", "a b", "ab", "", "x | upper", "build.Step.other.x",
          "build.Step.outputs[x].y", "build.Step.outputs[].y",
          "env:", "aws:imds:", "aws:ssm:", "aws:ssm:resolve()", "context:", "a.b.c"}) {
        EXPECT_FALSE(parse_expression(body)) << body;
    }
}

TEST(Expression, ExpandsOnce) {
    const Resolver resolve = [](const Occurrence& occurrence) -> std::optional<std::string> {
        if (const auto* name = std::get_if<NameReference>(&occurrence.expression)) {
            return "<" + name->name + ">{{again}}";
        }
        return std::nullopt;
    };
    EXPECT_EQ(expand("a {{one}}b{{ two }}", resolve), "a <one>{{again}}b<two>{{again}}");
    EXPECT_EQ(expand("{{loop.value}} {{.Id}} {{", resolve), "{{loop.value}} {{.Id}} {{");
    EXPECT_EQ(expand("{{{one}}}", resolve), "{<one>{{again}}}");
    EXPECT_EQ(expand("{{ {{one}} }}", resolve), "{{ <one>{{again}} }}");
}

TEST(Expression, HostileTextStaysLinear) {
    std::string text(1'000'000, '{');
    EXPECT_TRUE(find_expressions(text).empty());
    text += std::string(1'000'000, '}');
    EXPECT_TRUE(find_expressions(text).empty());
}

TEST(Decimal, ComparesExactly) {
    auto number = [](std::string_view text) { return *parse_decimal(text, false); };
    EXPECT_EQ(number("1"), number("1.0"));
    EXPECT_EQ(number("+2"), number("02.00"));
    EXPECT_EQ(number("-0"), number("0"));
    EXPECT_LT(number("0.1"), number("0.10000000000000000000001"));
    EXPECT_LT(number("-3.5"), number("-3.49"));
    EXPECT_LT(number("9"), number("10"));
    EXPECT_GT(number("123456789012345678901234567890"), number("123456789012345678901234567889"));
}

TEST(Decimal, WhatIsANumber) {
    for (std::string_view text : {"1e3", ".5", "1.", " 1", "", "-", "1 ", "0x1F", "one", "1.2.3"}) {
        EXPECT_FALSE(parse_decimal(text, false)) << text;
    }
    EXPECT_EQ(*parse_decimal("1e3", true), *parse_decimal("1000", false));
    EXPECT_EQ(*parse_decimal("1.25e-1", true), *parse_decimal("0.125", false));
    EXPECT_EQ(*parse_decimal(".5", true), *parse_decimal("0.5", false));
    EXPECT_EQ(*parse_decimal("0x1F", true), *parse_decimal("31", false));
    EXPECT_FALSE(parse_decimal("1e999999999", true));
}

}  // namespace
}  // namespace goldsmith::documents
