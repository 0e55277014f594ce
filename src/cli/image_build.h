// ImageBuild: what `goldsmith build` asks of the API: the resources that a build file stands for,
// made only where their content changed, then the image, then what became of it.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "cli/build_file.h"
#include "cli/progress.h"

namespace goldsmith::cli {

class ApiClient;

class ImageBuild {
public:
    ImageBuild(ApiClient& api, const BuildFile& file) : api_(api), file_(file) {}

    /// Creates what is missing and starts the build. Returns the image build version's ARN.
    std::string start();
    /// The newest state of the image ("image" of GetImage).
    boost::json::object image();
    /// Every step of every workflow that has begun, in order.
    std::vector<StepView> steps();
    /// Lines of the build's log that were not returned before.
    std::vector<std::string> new_output();
    void cancel();

private:
    std::string ensure_component(const BuildComponent& component);
    std::string ensure_recipe();
    std::string ensure_infrastructure();
    std::string ensure_distribution();
    std::string parent_image() const;
    boost::json::object recipe_members();
    std::string own_arn(const std::string& kind, const std::string& tail) const;
    boost::json::object find(const std::string& operation, const std::string& member,
                             const std::string& arn, const std::string& result);

    ApiClient& api_;
    const BuildFile& file_;
    std::string image_arn_;
    std::string log_token_;
};

}  // namespace goldsmith::cli
