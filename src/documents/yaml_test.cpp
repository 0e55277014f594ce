#include "documents/yaml.h"

#include <gtest/gtest.h>

#include "documents/suggestion.h"

namespace goldsmith::documents {
namespace {

std::string error_of(std::string_view text, const YamlLimits& limits = {}) {
    try {
        parse_yaml(text, "f.yml", limits);
    } catch (const DocumentErrors& errors) {
        return errors.to_string();
    }
    return "no error";
}

TEST(Yaml, KeepsTheCharactersOfScalars) {
    const YamlNode root =
        parse_yaml("a: 0700\nb: 1.10\nc: '012'\nd: 2024-01-01\ne: true\n", "f.yml");
    EXPECT_EQ(root.find("a")->text, "0700");
    EXPECT_EQ(root.find("b")->text, "1.10");
    EXPECT_EQ(root.find("c")->text, "012");
    EXPECT_FALSE(root.find("c")->plain);
    EXPECT_TRUE(root.find("a")->plain);
    EXPECT_EQ(root.find("d")->text, "2024-01-01");
    EXPECT_EQ(root.find("missing"), nullptr);
}

TEST(Yaml, KnowsWhereEveryNodeStands) {
    const YamlNode root = parse_yaml("a:\n  - x\n  - k: v\n", "f.yml");
    const YamlNode& list = *root.find("a");
    EXPECT_EQ(list.items[0].position, (Position{2, 5}));
    EXPECT_EQ(list.items[1].entries[0].key_position, (Position{3, 5}));
    EXPECT_EQ(list.items[1].entries[0].value.position, (Position{3, 8}));
}

TEST(Yaml, AcceptsByteOrderMarkCrLfAndJson) {
    EXPECT_EQ(parse_yaml("\xEF\xBB\xBF---\r\na: |\r\n  x\r\n  y\r\n", "f").find("a")->text,
              "x\ny\n");
    EXPECT_EQ(parse_yaml(R"({"a": ["1", 2]})", "f").find("a")->items[1].text, "2");
}

TEST(Yaml, EmptyAndNull) {
    EXPECT_TRUE(parse_yaml("", "f").is_null());
    EXPECT_TRUE(parse_yaml("# only a comment\n", "f").is_null());
    EXPECT_TRUE(parse_yaml("a:\nb: ~\n", "f").find("a")->is_null());
    EXPECT_EQ(parse_yaml("a: ''", "f").find("a")->kind, YamlNode::Kind::scalar);
}

TEST(Yaml, RefusesDuplicateKeys) {
    EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), "f.yml:3:1: error: duplicate key 'a'");
}

TEST(Yaml, ExplainsUnquotedTemplates) {
    EXPECT_EQ(error_of("a:\n  - {{ X }}\n"),
              "f.yml:2:5: error: YAML reads an unquoted '{{' as a map: put the value into quotes");
}

TEST(Yaml, RefusesWhatIsNotText) {
    EXPECT_EQ(error_of("a: \xFF\n"), "f.yml:1:4: error: the file is not valid UTF-8");
    EXPECT_EQ(error_of(std::string_view("a: \0", 4)),
              "f.yml:1:4: error: the file holds a control character; it is not a text");
    EXPECT_NE(error_of("a: !Sub x\n").find("the tag '!Sub' has no meaning here"),
              std::string::npos);
    EXPECT_NE(error_of("a: 1\n---\nb: 2\n").find("more than one YAML document"), std::string::npos);
    EXPECT_NE(error_of("a: [1,\n").find("f.yml:2:1: error: YAML:"), std::string::npos);
    EXPECT_NE(error_of("a: *unknown\n").find("error: YAML:"), std::string::npos);
    EXPECT_NE(error_of("a:\n\t- b\n").find("error: YAML:"), std::string::npos);
}

TEST(Yaml, ExpandsAliases) {
    const YamlNode root = parse_yaml("a: &x [1, 2]\nb: *x\n", "f");
    EXPECT_EQ(root.find("b")->items.size(), 2U);
    EXPECT_NE(error_of("a: &x [*x]\n"), "no error");
}

TEST(Yaml, BoundsAliasBombs) {
    std::string bomb = "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int level = 1; level < 12; ++level) {
        const std::string below = "*l" + std::to_string(level - 1);
        bomb += "l" + std::to_string(level) + ": &l" + std::to_string(level) + " [";
        for (int copy = 0; copy < 10; ++copy) {
            bomb += (copy == 0 ? "" : ", ") + below;
        }
        bomb += "]\n";
    }
    EXPECT_NE(error_of(bomb).find("too large once its aliases are expanded"), std::string::npos);
}

TEST(Yaml, BoundsDepthAndSize) {
    EXPECT_NE(error_of(std::string(100'000, '[')).find("nests deeper than 64"), std::string::npos);
    std::string blocks;
    for (int level = 0; level < 70; ++level) {
        blocks += std::string(static_cast<std::size_t>(level), ' ') + "a:\n";
    }
    EXPECT_NE(error_of(blocks).find("nests deeper than 64"), std::string::npos);
    EXPECT_NE(error_of("a: xxxxxxxxxxxxxxxx", {.bytes = 10}).find("larger than 10"),
              std::string::npos);
}

TEST(Yaml, DecodesByTarget) {
    auto node = [](std::string_view text) {
        YamlNode scalar;
        scalar.kind = YamlNode::Kind::scalar;
        scalar.text = text;
        return scalar;
    };
    EXPECT_EQ(yaml_bool(node("Yes")), true);
    EXPECT_EQ(yaml_bool(node("off")), false);
    EXPECT_EQ(yaml_bool(node("1")), std::nullopt);
    EXPECT_EQ(yaml_int(node("-12")), -12);
    EXPECT_EQ(yaml_int(node("0x10")), 16);
    EXPECT_EQ(yaml_int(node("1.0")), std::nullopt);
    EXPECT_EQ(yaml_int(node("--1")), std::nullopt);
    EXPECT_EQ(yaml_int(node("99999999999999999999")), std::nullopt);
}

TEST(Suggestion, FindsTheNearWord) {
    constexpr std::string_view keys[] = {"onFailure", "maxAttempts", "inputs"};
    EXPECT_EQ(closest("onfailure", keys), "onFailure");
    EXPECT_EQ(closest("input", keys), "inputs");
    EXPECT_EQ(closest("colour", keys), "");
    EXPECT_EQ(did_you_mean("maxAttempt", keys), " Did you mean 'maxAttempts'?");
}

}  // namespace
}  // namespace goldsmith::documents
