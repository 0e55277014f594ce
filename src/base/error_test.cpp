#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace goldsmith::base {
namespace {

TEST(Error, ChainNamesEveryLayerOnce) {
    try {
        try {
            throw SystemError("open /nowhere", ENOENT);
        } catch (...) {
            throw_with_context("load the configuration");
        }
    } catch (const std::exception& error) {
        EXPECT_EQ(error_chain(error),
                  "load the configuration: open /nowhere: No such file or directory");
    }
}

TEST(Error, SystemErrorKeepsErrno) {
    errno = EACCES;
    const SystemError error("open x");
    EXPECT_EQ(error.error_number(), EACCES);
}

TEST(Error, ForeignExceptionIsDescribed) {
    try {
        throw 3;
    } catch (...) {
        EXPECT_EQ(current_error_chain(), "unknown error");
    }
}

}  // namespace
}  // namespace goldsmith::base
