#include "instances/fake/fake_driver.h"

#include "instances/instance_conformance.h"

namespace goldsmith::instances {
namespace {

class FakeWorld final : public InstanceWorld {
public:
    std::string skip_reason() override { return {}; }
    std::unique_ptr<Instance> make(const std::string& name) override {
        InstanceSpec spec;
        spec.id = "i-" + name;
        spec.console_file = folder_.path() / (name + ".log");
        return driver_.create(spec);
    }

private:
    base::TempDir folder_;
    FakeDriver driver_;
};

INSTANTIATE_TEST_SUITE_P(Fake, InstanceConformance,
                         testing::Values(InstanceWorldFactory{
                             "fake", [] { return std::make_unique<FakeWorld>(); }}));

}  // namespace
}  // namespace goldsmith::instances
