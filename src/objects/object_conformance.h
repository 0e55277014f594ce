// What every ObjectStore does the same way. A store's test instantiates the suite with a function
// that makes a store with no bucket of a name in use; the store lives as long as the world around
// it.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "objects/object_store.h"

namespace goldsmith::objects {

/// A store and what it needs to live.
class ConformanceWorld {
public:
    virtual ~ConformanceWorld() = default;
    virtual ObjectStore& store() = 0;
    /// A name that no other test uses.
    virtual std::string bucket_name() { return "conformance"; }
};

using MakeWorld = std::function<std::unique_ptr<ConformanceWorld>()>;

struct StoreKind {
    std::string name;
    MakeWorld make;
};

class ObjectConformance : public testing::TestWithParam<StoreKind> {
protected:
    ObjectConformance() : world_(GetParam().make()), store_(world_->store()) {
        bucket_ = world_->bucket_name();
        store_.create_bucket({bucket_, "123456789012", "us-east-1", {}});
    }

    ObjectInfo put(const std::string& key, const std::string& content,
                   const PutOptions& options = {});
    std::string get(const std::string& key, std::optional<ByteRange> range = {});
    /// The problem that `work` meets; none: the test fails.
    Problem problem_of(const std::function<void()>& work);

    std::unique_ptr<ConformanceWorld> world_;
    ObjectStore& store_;
    std::string bucket_;
};

}  // namespace goldsmith::objects
