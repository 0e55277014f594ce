#include "db/row.h"

#include <gtest/gtest.h>

#include "db/error.h"

namespace goldsmith::db {
namespace {

TEST(RowTest, ReadsEachTypeAndRefusesTheOthers) {
    const Row row({Value("text"), Value(7), Value(nullptr), Value(true), Value(1.5)});
    EXPECT_EQ(row.text(0), "text");
    EXPECT_EQ(row.integer(1), 7);
    EXPECT_TRUE(row.is_null(2));
    EXPECT_TRUE(row.boolean(3));
    EXPECT_EQ(row.real(4), 1.5);
    EXPECT_EQ(row.optional_text(0), "text");
    EXPECT_EQ(row.optional_integer(2), std::nullopt);
    EXPECT_THROW(row.integer(0), Error);
    EXPECT_THROW(row.text(2), Error);
    EXPECT_THROW(row.text(5), Error);
}

TEST(RowTest, AnEmptyOptionalIsNull) {
    EXPECT_TRUE(Value(std::optional<std::string>()).is_null());
    EXPECT_EQ(Value(std::optional<int>(3)), Value(3));
}

}  // namespace
}  // namespace goldsmith::db
