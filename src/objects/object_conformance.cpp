#include "objects/object_conformance.h"

#include <algorithm>

#include "base/checksum.h"
#include "base/encoding.h"

namespace goldsmith::objects {

namespace {

constexpr std::uint64_t limit_bytes = 64ULL << 20;

std::string digest(const std::string& name, const std::string& text) {
    const auto checksum = base::make_checksum(name);
    checksum->update(text);
    return checksum->finish();
}

std::vector<std::string> keys_of(const Listing& listing) {
    std::vector<std::string> keys;
    for (const auto& object : listing.objects) {
        keys.push_back(object.key);
    }
    return keys;
}

using Texts = std::vector<std::string>;

}  // namespace

ObjectInfo ObjectConformance::put(const std::string& key, const std::string& content,
                                  const PutOptions& options) {
    base::TextSource source(content);
    return store_.put(bucket_, key, source, options);
}

std::string ObjectConformance::get(const std::string& key, std::optional<ByteRange> range) {
    const auto opened = store_.get(bucket_, key, range);
    if (!opened) {
        return "(none)";
    }
    auto text = base::read_source(*opened->content.source, limit_bytes);
    EXPECT_EQ(text.size(), opened->content.size_bytes);
    return text;
}

Problem ObjectConformance::problem_of(const std::function<void()>& work) {
    try {
        work();
    } catch (const ObjectError& error) {
        EXPECT_FALSE(std::string(error.what()).empty());
        return error.problem();
    }
    ADD_FAILURE() << "nothing was refused";
    return Problem::refused;
}

TEST_P(ObjectConformance, AnObjectComesBackWithItsAttributes) {
    PutOptions options;
    options.attributes.content_type = "text/plain";
    options.attributes.headers["cache-control"] = "no-cache";
    options.attributes.metadata["build"] = "42";
    const auto put_info = put("a/b c", "some content", options);
    EXPECT_EQ(put_info.etag, base::hex_encode(digest("md5", "some content")));
    const auto info = store_.head(bucket_, "a/b c");
    ASSERT_TRUE(info);
    EXPECT_EQ(info->size_bytes, 12U);
    EXPECT_EQ(info->etag, put_info.etag);
    EXPECT_EQ(info->attributes, options.attributes);
    EXPECT_EQ(get("a/b c"), "some content");
}

TEST_P(ObjectConformance, WhatIsNotThereIsNothing) {
    EXPECT_FALSE(store_.head(bucket_, "nothing"));
    EXPECT_FALSE(store_.get(bucket_, "nothing", {}));
    store_.remove(bucket_, "nothing");  // no error; some stores cannot tell
    EXPECT_EQ(problem_of([&] { store_.list("no-such-bucket-here", {}); }), Problem::no_such_bucket);
    EXPECT_FALSE(store_.find_bucket("no-such-bucket-here"));
}

TEST_P(ObjectConformance, ReplacingKeepsWhatIsBeingRead) {
    put("key", "the first");
    const auto opened = store_.get(bucket_, "key", {});
    ASSERT_TRUE(opened);
    put("key", "the second, longer");
    EXPECT_EQ(base::read_source(*opened->content.source, limit_bytes), "the first");
    EXPECT_EQ(get("key"), "the second, longer");
    store_.remove(bucket_, "key");
    EXPECT_EQ(get("key"), "(none)");
}

TEST_P(ObjectConformance, RangesAreCutAtTheEnd) {
    put("key", "0123456789");
    EXPECT_EQ(get("key", ByteRange{0, 1}), "0");
    EXPECT_EQ(get("key", ByteRange{3, 4}), "3456");
    EXPECT_EQ(get("key", ByteRange{8, 100}), "89");
}

TEST_P(ObjectConformance, AnEmptyObjectIsAnObject) {
    put("empty", "");
    EXPECT_EQ(get("empty"), "");
    EXPECT_EQ(store_.head(bucket_, "empty")->size_bytes, 0U);
}

TEST_P(ObjectConformance, KeysAreNamesAndNotPaths) {
    const Texts hostile{"../../etc/passwd",
                        "a//b",
                        "a/./b",
                        "%2e%2e/x",
                        "\x01\x1f",
                        "with\nline break",
                        "a?b#c",
                        "a+b&c",
                        "\xF0\x9F\x98\x80/snow \xE2\x98\x83",
                        std::string(1024, 'k')};
    for (const auto& key : hostile) {
        put(key, "content of " + key);
    }
    for (const auto& key : hostile) {
        EXPECT_EQ(get(key), "content of " + key);
    }
    auto sorted = hostile;
    std::ranges::sort(sorted);
    EXPECT_EQ(keys_of(store_.list(bucket_, {})), sorted);
}

TEST_P(ObjectConformance, ListsGoByPrefixDelimiterAndPage) {
    for (const char* key : {"a", "b/1", "b/2", "b/c/3", "b0", "d/"}) {
        put(key, key);
    }
    EXPECT_EQ(keys_of(store_.list(bucket_, {.prefix = "b/"})), (Texts{"b/1", "b/2", "b/c/3"}));
    const auto top = store_.list(bucket_, {.delimiter = "/"});
    EXPECT_EQ(keys_of(top), (Texts{"a", "b0"}));
    EXPECT_EQ(top.prefixes, (Texts{"b/", "d/"}));
    EXPECT_FALSE(top.next);
    const auto below = store_.list(bucket_, {.prefix = "b/", .delimiter = "/"});
    EXPECT_EQ(keys_of(below), (Texts{"b/1", "b/2"}));
    EXPECT_EQ(below.prefixes, (Texts{"b/c/"}));
    Texts seen;
    ListRequest request{.delimiter = "/", .limit = 1};
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = store_.list(bucket_, request);
        EXPECT_LE(page.objects.size() + page.prefixes.size(), 1U);
        std::ranges::copy(keys_of(page), std::back_inserter(seen));
        std::ranges::copy(page.prefixes, std::back_inserter(seen));
        if (!page.next) {
            break;
        }
        request.after = *page.next;
    }
    EXPECT_EQ(seen, (Texts{"a", "b/", "b0", "d/"}));
}

TEST_P(ObjectConformance, ConditionsAreKept) {
    put("key", "one");
    EXPECT_EQ(problem_of([&] { put("key", "two", {.if_absent = true}); }),
              Problem::precondition_failed);
    EXPECT_EQ(problem_of([&] { put("key", "two", {.if_match = "0123"}); }),
              Problem::precondition_failed);
    EXPECT_EQ(get("key"), "one");
    put("key", "two", {.if_match = store_.head(bucket_, "key")->etag});
    put("other", "three", {.if_absent = true});
    EXPECT_EQ(get("key") + get("other"), "twothree");
}

TEST_P(ObjectConformance, AWrongDigestLeavesNothing) {
    PutOptions options;
    options.digests["md5"] = digest("md5", "another content");
    EXPECT_EQ(problem_of([&] { put("key", "content", options); }), Problem::wrong_digest);
    EXPECT_FALSE(store_.head(bucket_, "key"));
    options.digests["md5"] = digest("md5", "content");
    put("key", "content", options);
    EXPECT_EQ(get("key"), "content");
}

TEST_P(ObjectConformance, AnUploadInPartsBecomesOneObject) {
    const std::string first(smallest_part_bytes, 'x');
    ObjectAttributes attributes;
    attributes.metadata["k"] = "v";
    const auto id = store_.begin_upload(bucket_, "big", attributes);
    base::TextSource two("tail");
    base::TextSource one(first);
    const auto second = store_.put_part(bucket_, "big", id, 7, two, {});
    const auto begun = store_.put_part(bucket_, "big", id, 2, one, {});
    EXPECT_EQ(store_.parts(bucket_, "big", id).size(), 2U);
    EXPECT_EQ(store_.uploads(bucket_).size(), 1U);
    EXPECT_FALSE(store_.head(bucket_, "big"));
    const auto info = store_.complete_upload(bucket_, "big", id, {begun, second}, {});
    EXPECT_EQ(info.etag,
              base::hex_encode(digest("md5", digest("md5", first) + digest("md5", "tail"))) + "-2");
    EXPECT_EQ(get("big"), first + "tail");
    EXPECT_EQ(get("big", ByteRange{smallest_part_bytes - 2, 4}), "xxta");
    EXPECT_EQ(store_.head(bucket_, "big")->attributes.metadata.at("k"), "v");
    EXPECT_TRUE(store_.uploads(bucket_).empty());
    EXPECT_EQ(problem_of([&] { store_.parts(bucket_, "big", id); }), Problem::no_such_upload);
}

TEST_P(ObjectConformance, WrongPartsAreRefused) {
    const auto id = store_.begin_upload(bucket_, "big", {});
    const auto part = [&](int number) {
        base::TextSource text("small");
        return store_.put_part(bucket_, "big", id, number, text, {});
    };
    const auto one = part(1);
    const auto two = part(2);
    const auto complete = [&](const std::vector<PartInfo>& parts) {
        return problem_of([&] { store_.complete_upload(bucket_, "big", id, parts, {}); });
    };
    EXPECT_EQ(complete({two, one}), Problem::part_order);
    EXPECT_EQ(complete({one, two}), Problem::part_too_small);
    EXPECT_EQ(complete({PartInfo{3, 0, one.etag, {}}}), Problem::invalid_part);
    EXPECT_EQ(complete({PartInfo{1, 0, "00000000000000000000000000000000", {}}}),
              Problem::invalid_part);
    store_.abort_upload(bucket_, "big", id);
    EXPECT_EQ(complete({one}), Problem::no_such_upload);
    EXPECT_FALSE(store_.head(bucket_, "big"));
}

TEST_P(ObjectConformance, BucketsAreThereOnceAndGoWhenEmpty) {
    EXPECT_EQ(problem_of([&] {
                  store_.create_bucket({"No_Bucket", "1", "us-east-1", {}});
              }),
              Problem::invalid_name);
    const auto names = [&] {
        Texts list;
        for (const auto& bucket : store_.buckets()) {
            list.push_back(bucket.name);
        }
        return list;
    };
    EXPECT_EQ(std::ranges::count(names(), bucket_), 1);
    put("key", "content");
    EXPECT_EQ(problem_of([&] { store_.remove_bucket(bucket_); }), Problem::bucket_not_empty);
    store_.remove(bucket_, "key");
    store_.remove_bucket(bucket_);
    EXPECT_EQ(std::ranges::count(names(), bucket_), 0);
    EXPECT_EQ(problem_of([&] { store_.remove_bucket(bucket_); }), Problem::no_such_bucket);
}

}  // namespace goldsmith::objects
