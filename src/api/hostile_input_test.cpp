// Whatever tree a client sends, the answer is an ApiError or a success: never another exception,
// never a crash. Trees are full samples with random parts replaced; the seed is fixed.
#include <gtest/gtest.h>

#include <random>

#include "api/error.h"
#include "api/generated/ec2/dispatch.h"
#include "api/generated/ec2/machine_images.h"
#include "api/generated/ec2/tags.h"
#include "api/generated/imagebuilder/components.h"
#include "api/generated/imagebuilder/dispatch.h"
#include "api/generated/imagebuilder/distributions.h"
#include "api/generated/imagebuilder/lifecycle.h"
#include "api/generated/imagebuilder/recipes.h"
#include "api/generated/logs/dispatch.h"
#include "api/generated/logs/events.h"
#include "api/model_sample.h"
#include "base/encoding.h"

namespace goldsmith::api {
namespace {

namespace json = boost::json;

class Vandal {
public:
    void spoil(json::value& tree) {
        if (one_in(4)) {
            tree = anything(3);
        } else if (auto* object = tree.if_object(); object != nullptr && !object->empty()) {
            auto* member = object->begin() + pick(object->size());
            if (one_in(6)) {
                (*object)[std::string(member->key()) + "\n\xF0\x9F\x94\xA5"] = anything(2);
            } else {
                spoil(member->value());
            }
        } else if (auto* array = tree.if_array(); array != nullptr && !array->empty()) {
            spoil((*array)[static_cast<std::size_t>(pick(array->size()))]);
        } else {
            tree = anything(2);
        }
    }

    bool one_in(unsigned count) { return random_() % count == 0; }

private:
    std::ptrdiff_t pick(std::size_t size) { return static_cast<std::ptrdiff_t>(random_() % size); }

    json::value anything(int depth) {
        switch (random_() % (depth > 0 ? 12 : 10)) {
            case 0:
                return nullptr;
            case 1:
                return true;
            case 2:
                return -1;
            case 3:
                return std::numeric_limits<std::uint64_t>::max();
            case 4:
                return 1e300;
            case 5:
                return json::string(3, '\0');
            case 6:
                return json::string(100'000, 'x');
            case 7:
                return "\xff\xc0\x80";
            case 8:
                return "-9223372036854775809";
            case 9:
                return "2023-13-99T99:99:99Z";
            case 10:
                return json::array{anything(depth - 1), anything(depth - 1)};
            default:
                return json::object{{"1", anything(depth - 1)},
                                    {"member", anything(depth - 1)},
                                    {"99999999999999999999", anything(depth - 1)}};
        }
    }

    std::mt19937 random_{17};  // NOLINT: the same trees every time
};

void expect_only_api_errors(Endpoint& endpoint, int rounds) {
    Vandal vandal;
    for (const auto* operation : endpoint.service().operations) {
        const auto good = full_sample(*operation->input).as_object();
        for (int round = 0; round < rounds; ++round) {
            auto request = sent(endpoint.service(), *operation, good);
            vandal.spoil(request.input);
            for (auto& [name, value] : request.request.query) {
                value = vandal.one_in(3) ? std::string("\xff\0", 2) : value;
            }
            if (vandal.one_in(5) && !request.request.path.empty()) {
                request.request.path.back() = "\xff";
            }
            try {
                endpoint.call(CallContext{}, request.request, request.input);
            } catch (const ApiError& error) {
                EXPECT_TRUE(base::is_utf8(error.what()));
                EXPECT_LT(std::string_view(error.what()).size(), 4000U) << operation->name;
            }
        }
    }
}

TEST(HostileInput, ImageBuilderAnswersWithItsOwnErrors) {
    imagebuilder::Components components;
    imagebuilder::Recipes recipes;
    imagebuilder::Distributions distributions;
    imagebuilder::Lifecycle lifecycle;
    const auto endpoint = imagebuilder::make_endpoint({.components = &components,
                                                       .recipes = &recipes,
                                                       .distributions = &distributions,
                                                       .lifecycle = &lifecycle});
    expect_only_api_errors(*endpoint, 40);
}

TEST(HostileInput, NeighboursAnswerWithTheirOwnErrors) {
    ec2::MachineImages images;
    ec2::Tags tags;
    expect_only_api_errors(*ec2::make_endpoint({.tags = &tags, .machine_images = &images}), 200);
    logs::Events events;
    expect_only_api_errors(*logs::make_endpoint({.events = &events}), 200);
}

}  // namespace
}  // namespace goldsmith::api
