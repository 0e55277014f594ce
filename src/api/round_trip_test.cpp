// Every structure of every model: what is written is what was read, member by member, with all
// members and with the required ones alone.
#include <gtest/gtest.h>

#include "api/generated/ec2/round_trips.h"
#include "api/generated/ec2/tables.h"
#include "api/generated/iam/round_trips.h"
#include "api/generated/iam/tables.h"
#include "api/generated/imagebuilder/round_trips.h"
#include "api/generated/imagebuilder/tables.h"
#include "api/generated/logs/round_trips.h"
#include "api/generated/logs/tables.h"
#include "api/generated/runner/round_trips.h"
#include "api/generated/runner/tables.h"
#include "api/generated/sts/round_trips.h"
#include "api/generated/sts/tables.h"
#include "api/model_sample.h"

namespace goldsmith::api {
namespace {

namespace json = boost::json;

json::object without_optional_members(const Shape& shape, json::object tree) {
    for (const auto& member : shape.members) {
        if (!member.required) {
            tree.erase(member.name);
        }
    }
    return tree;
}

/// Damage to a stored tree is an error that names the member, never a half-read struct.
void expect_damage_is_named(const Shape& shape, const json::object& full, const RoundTrips& trips) {
    for (const auto& member : shape.members) {
        auto damaged = full;
        damaged[member.name] =
            member.shape->kind == Kind::boolean ? json::value(7) : json::value(true);
        try {
            trips.at(shape.name)(damaged);
            ADD_FAILURE() << shape.name << '.' << member.name;
        } catch (const base::Error& error) {
            EXPECT_EQ(error.what(), "member " + std::string(member.name)) << shape.name;
        }
    }
}

std::size_t expect_all_equal(const Service& service, const RoundTrips& trips) {
    std::size_t structures = 0;
    for (const auto* shape : service.shapes) {
        if (shape->kind != Kind::structure) {
            continue;
        }
        const auto full = full_sample(*shape).as_object();
        EXPECT_EQ(trips.at(shape->name)(full), full) << shape->name;
        const auto bare = without_optional_members(*shape, full);
        EXPECT_EQ(trips.at(shape->name)(bare), bare) << shape->name;
        expect_damage_is_named(*shape, full, trips);
        ++structures;
    }
    EXPECT_EQ(structures, trips.size());
    return structures;
}

TEST(RoundTrip, ImageBuilder) {
    EXPECT_GT(expect_all_equal(imagebuilder::tables::service, imagebuilder::round_trips()), 250U);
}

TEST(RoundTrip, Neighbours) {
    EXPECT_GT(expect_all_equal(ec2::tables::service, ec2::round_trips()), 30U);
    EXPECT_GT(expect_all_equal(logs::tables::service, logs::round_trips()), 15U);
    EXPECT_GT(expect_all_equal(sts::tables::service, sts::round_trips()), 10U);
    EXPECT_GT(expect_all_equal(iam::tables::service, iam::round_trips()), 100U);
    EXPECT_GT(expect_all_equal(runner::tables::service, runner::round_trips()), 5U);
}

}  // namespace
}  // namespace goldsmith::api
