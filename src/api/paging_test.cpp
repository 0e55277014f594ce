#include "api/paging.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "api/generated/imagebuilder/components_json.h"
#include "api/generated/imagebuilder/errors.h"
#include "base/encoding.h"

namespace goldsmith::api {
namespace {

using imagebuilder::InvalidPaginationTokenException;
using imagebuilder::ListComponentsRequest;

const PageTokens tokens("0123456789abcdef");
const CallContext context{.account = "123456789012", .region = "us-east-1"};

TEST(PageTokens, NeedASecret) {
    EXPECT_THROW(PageTokens("short"), base::Error);
}

TEST(PageTokens, OpenInTheirScopeOnly) {
    const auto token = tokens.make("scope", "key\n\x01");
    EXPECT_EQ(tokens.open("scope", token), "key\n\x01");
    EXPECT_FALSE(tokens.open("other", token));
    EXPECT_FALSE(PageTokens("another secret....").open("scope", token));
}

TEST(PageTokens, ScopeAndKeyDoNotRunTogether) {
    EXPECT_FALSE(tokens.open("a", tokens.make("ab", "c")));
    EXPECT_FALSE(tokens.open("ab", tokens.make("a", "bc")));
}

TEST(PageTokens, AnyChangeIsRefused) {
    const auto token = tokens.make("scope", "2024-01-01#component/x");
    const auto bytes = base::base64_decode(token).value();
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int flip : {1, 128}) {
            auto changed = bytes;
            changed[at] = static_cast<char>(changed[at] ^ flip);
            EXPECT_FALSE(tokens.open("scope", base::base64_encode(changed))) << at;
        }
    }
    for (const auto* text : {"", "x", "!!!!", "AAAA", "null", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
        EXPECT_FALSE(tokens.open("scope", text)) << text;
    }
}

TEST(PageScope, LeavesTokenAndLengthOut) {
    ListComponentsRequest request;
    const auto scope = page_scope("ListComponents", context, request);
    request.max_results = 3;
    request.next_token = "t";
    EXPECT_EQ(page_scope("ListComponents", context, request), scope);
    EXPECT_NE(page_scope("ListImages", context, request), scope);
    request.by_name = true;
    EXPECT_NE(page_scope("ListComponents", context, request), scope);
    auto elsewhere = context;
    elsewhere.region = "eu-west-1";
    EXPECT_NE(page_scope("ListComponents", elsewhere, ListComponentsRequest{}), scope);
}

std::vector<int> following(const std::vector<int>& all, const std::optional<std::string>& after) {
    std::vector<int> rest;
    for (const int item : all) {
        if (!after || std::to_string(item) > *after) {
            rest.push_back(item);
        }
    }
    return rest;
}

TEST(Pages, AWalkSeesEveryItemOnceWhileRowsComeAndGo) {
    std::vector<int> rows{10, 20, 30, 40, 50};
    std::vector<int> seen;
    ListComponentsRequest request{.max_results = 2};
    for (int page_number = 0; page_number < 10; ++page_number) {
        const auto scope = page_scope("ListComponents", context, request);
        const auto page = page_request<InvalidPaginationTokenException>(tokens, scope, request);
        auto cut = cut_page(tokens, scope, page, following(rows, page.after),
                            [](int item) { return std::to_string(item); });
        seen.insert(seen.end(), cut.items.begin(), cut.items.end());
        if (page_number == 0) {
            rows = {15, 30, 40, 50, 60};  // the last item seen is gone, others came
        }
        if (!cut.next_token) {
            break;
        }
        request.next_token = cut.next_token;
    }
    EXPECT_EQ(seen, (std::vector<int>{10, 20, 30, 40, 50, 60}));
}

TEST(Pages, AFullLastPageHasNoToken) {
    const auto cut = cut_page(tokens, "s", PageRequest{2, std::nullopt}, std::vector<int>{1, 2},
                              [](int item) { return std::to_string(item); });
    EXPECT_EQ(cut.items.size(), 2U);
    EXPECT_FALSE(cut.next_token);
}

TEST(Pages, AForeignTokenIsThatError) {
    const ListComponentsRequest request{.next_token = "bm90IG91cnM="};
    try {
        page_request<InvalidPaginationTokenException>(tokens, "s", request);
        FAIL();
    } catch (const ApiError& error) {
        EXPECT_EQ(error.code(), "InvalidPaginationTokenException");
        EXPECT_EQ(error.http_status(), 400);
    }
}

}  // namespace
}  // namespace goldsmith::api
