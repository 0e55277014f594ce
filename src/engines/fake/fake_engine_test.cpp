#include "engines/fake/fake_engine.h"

#include "engines/engine_conformance.h"

namespace goldsmith::engines {
namespace {

class FakeFixture : public ::testing::Test {
protected:
    Engine& engine() { return engine_; }

private:
    static FakeEngine::Answer behave(const RunId&, const std::string&, const std::string& id,
                                     const std::string& command) {
        if (id.empty()) {
            return {std::nullopt, R"({"state":"running"})", false};
        }
        if (id == "exit") {
            return {command, R"({"state":"terminated"})", true};
        }
        return {id == "hang" ? std::nullopt : std::optional(command), std::nullopt, false};
    }

    FakeEngine engine_{behave};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, EngineConformance, FakeFixture);

}  // namespace
}  // namespace goldsmith::engines
