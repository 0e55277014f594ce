// For tests of services: a database, fixed time and randomness, and every endpoint, called below
// HTTP with plain JSON. One fixture per test; one thread unless a test says otherwise.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/endpoint.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/guarded.h"
#include "base/random.h"
#include "base/sealing.h"
#include "service/dependencies.h"

namespace goldsmith::service {

class ServiceFixture : public testing::Test {
protected:
    ServiceFixture();
    ~ServiceFixture() override;

    /// Calls an operation of "imagebuilder" (or another service) and returns its answer.
    boost::json::value call(std::string_view operation, boost::json::value input,
                            const std::string& service = "imagebuilder");
    /// Calls it and returns the code of the error it must answer with, and a blank and the message.
    std::string error_of(std::string_view operation, boost::json::value input,
                         const std::string& service = "imagebuilder");
    /// Every page of a List operation, each of `size` items, under the output member `member`.
    /// `between` runs between pages.
    boost::json::array all_pages(std::string_view operation, boost::json::object input,
                                 std::string_view member, int size,
                                 const std::function<void()>& between = {});

    // The tutorial's resources; each returns its ARN.
    std::string create_component(const std::string& name, const std::string& version = "1.0.0",
                                 const std::string& data = {});
    std::string create_recipe(const std::string& name, const std::string& component_arn,
                              const std::string& version = "1.0.0");
    std::string create_infrastructure(const std::string& name);
    std::string create_distribution(const std::string& name);
    /// An image of a new recipe `name`, with its own component and configurations.
    std::string create_image(const std::string& name);

    /// Makes the endpoints anew from `dependencies_`, after a test has changed them.
    void remake_endpoints();

    std::string token() { return "token-" + std::to_string(++tokens_); }
    std::string image_status(const std::string& image_arn);
    void set_image_status(const std::string& image_arn, const std::string& status);

    const api::Service& service_of(const std::string& service) {
        return endpoint(service).service();
    }

    static std::string component_document(const std::string& command = "true");

    base::TempDir folder_;
    base::SystemRandom random_;
    base::Sealer sealer_{std::string(32, 'k'), random_};
    api::PageTokens page_tokens_{"a secret of tests"};
    std::unique_ptr<db::Database> database_;
    base::Guarded<std::vector<std::string>> notified_;
    std::unique_ptr<Dependencies> dependencies_;
    api::CallContext context_;
    const api::Gate* gate_ = nullptr;  // open

private:
    api::Endpoint& endpoint(const std::string& service);

    std::map<std::string, std::unique_ptr<api::Endpoint>> endpoints_;
    std::atomic<int> tokens_ = 0;
};

/// `text("image.state.status", answer)`: the string at a path of members ("" if there is none);
/// numbers in a path are indices of arrays.
std::string text(std::string_view path, const boost::json::value& tree);

}  // namespace goldsmith::service
