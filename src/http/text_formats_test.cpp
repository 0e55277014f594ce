// JSON reading and writing, and XML writing.

#include "base/utf8.h"
#include "http/json_text.h"
#include "http/xml_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/json.hpp>
#include <limits>

namespace goldsmith::http {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

std::string problem(std::string_view text) {
    const auto parsed = parse_json(text);
    const auto* found = std::get_if<JsonProblem>(&parsed);
    return found ? found->message : "PARSED";
}

TEST(JsonText, NamesThePositionOfAnError) {
    EXPECT_THAT(problem("{\"a\": 1,\n  \"b\": nope}"), HasSubstr("at line 2, column"));
    EXPECT_THAT(problem("{"), HasSubstr("incomplete JSON at line 1, column 2"));
    EXPECT_THAT(problem("{} x"), HasSubstr("extra data at line 1, column 4"));
    EXPECT_THAT(problem(""), HasSubstr("line 1, column 1"));
    EXPECT_THAT(problem("{\"a\":\"\xff\"}"), HasSubstr("not valid JSON"));
}

TEST(JsonText, BoundsDepth) {
    EXPECT_EQ(problem(std::string(60, '[') + std::string(60, ']')), "PARSED");
    EXPECT_THAT(problem(std::string(100'000, '[')), HasSubstr("too deep"));
}

TEST(JsonText, WritesWhatItRead) {
    const std::string text =
        R"({"a":[1,-2,18446744073709551615,true,false,null],"b":{"c":"\"\\\n\r\t\u0001é☃"}})";
    EXPECT_EQ(json_text(std::get<json::value>(parse_json(text))), text);
}

// Plain text is copied eight bytes at a time: every byte at every place within them.
TEST(JsonText, EveryByteComesBackFromEveryPlace) {
    for (int byte = 0; byte < 256; ++byte) {
        const bool is_text = byte < 0x80;
        for (std::size_t place = 0; place < 19; ++place) {
            std::string text(19, 'x');
            text[place] = static_cast<char>(byte);
            const auto expected =
                is_text ? text : std::string(text).replace(place, 1, base::replacement_character);
            EXPECT_EQ(json::parse(json_text(json::value(text))).as_string(), expected)
                << byte << " at " << place;
        }
    }
}

TEST(JsonText, WritesPlainNumbersAndRepairsText) {
    EXPECT_EQ(json_text(json::value(1678410280.609)), "1678410280.609");
    EXPECT_EQ(json_text(json::value(std::numeric_limits<double>::infinity())), "null");
    EXPECT_EQ(json_text(json::value("a\xff\xc3")), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

std::string xml(const json::value& value) {
    std::string out;
    append_xml_element(out, "x", value);
    return out;
}

TEST(XmlWriter, WritesTrees) {
    EXPECT_EQ(xml({{"a", "1"}, {"b", {{"item", json::array{json::object{{"c", 2}}, "d"}}}}}),
              "<x><a>1</a><b><item><c>2</c></item><item>d</item></b></x>");
    EXPECT_EQ(xml(json::object()), "<x></x>");
    EXPECT_EQ(xml(json::array()), "");
    EXPECT_EQ(xml(nullptr), "");
    EXPECT_EQ(xml(json::object{{"a", nullptr}}), "<x></x>");
    EXPECT_EQ(xml(true), "<x>true</x>");
    EXPECT_EQ(xml(1.5), "<x>1.5</x>");
    EXPECT_EQ(xml(-7), "<x>-7</x>");
}

TEST(XmlWriter, EscapesText) {
    EXPECT_EQ(xml("<a href=\"b\">&</a>\r\n\t"),
              "<x>&lt;a href=&quot;b&quot;&gt;&amp;&lt;/a&gt;&#xD;\n\t</x>");
    EXPECT_EQ(xml("é☃𝄞"), "<x>é☃𝄞</x>");
}

TEST(XmlWriter, ReplacesWhatXmlCannotHold) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(xml(json::string(std::string_view("a\0b\x1b", 4))),
              "<x>a" + bad + "b" + bad + "</x>");
    EXPECT_EQ(xml("\xff"), "<x>" + bad + "</x>");
    EXPECT_EQ(xml("\xEF\xBF\xBE"), "<x>" + bad + "</x>");
    EXPECT_EQ(xml("\xC0\xAF"), "<x>" + bad + bad + "</x>");
}

}  // namespace
}  // namespace goldsmith::http
