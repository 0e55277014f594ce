// RecordRunner runs the documents of one RunRecord, from the start or from where an earlier run
// stopped. Nested runs (ExecuteDocument) are RecordRunners of their own. Borrows everything; one
// thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "guest/remote_access.h"
#include "guest/step_runner.h"

namespace goldsmith::guest {

/// What all runners of one run share.
struct RunServices {
    RunLog& log;
    const StopSignal& stop;
    RemoteAccess& remote;
    RunObserver& observer;
    const documents::ComponentRules& rules;
};

class RecordRunner final : private NestedRunner {
public:
    /// `ancestors`: canonical locations of the documents above this run, outermost first.
    RecordRunner(const RunServices& services, RunRecord& record,
                 std::vector<std::string> ancestors = {});

    /// Parses the sources of all documents and checks their parameters. Throws DocumentErrors.
    void parse();

    /// Runs what is not finished; parse() comes first. Flow::reboot leaves the record ready to be
    /// saved; otherwise it is finished. Throws RunStopped and LogFailure.
    Flow run();

private:
    Flow run_document(const documents::ComponentDocument& document, DocumentRecord& record);
    Flow run_phase(const documents::ComponentPhase& phase, PhaseRecord& record,
                   ValueResolver& resolver);
    ModuleResult run_nested(const ModuleInput& input, StepRecord& step) override;
    RunRecord load_nested(const ModuleInput& input, const std::string& location) const;
    std::vector<std::string> chain() const;
    void finish(RunRecord& record) const;

    const RunServices& services_;
    RunRecord& record_;
    std::vector<std::string> ancestors_;
    std::vector<documents::ComponentDocument> documents_;
    std::string current_document_;  ///< its canonical location
};

/// The values in force for a document: given for it, else given for all, else its defaults. Reports
/// values that are not allowed to `sink`.
std::map<std::string, std::string> effective_parameters(
    const documents::ComponentDocument& document, const std::map<std::string, std::string>& own,
    const std::map<std::string, std::string>& global, documents::DiagnosticSink& sink);

/// Two names of one document compare equal afterwards.
std::string canonical_location(const std::string& location);

/// The top document and three levels below it.
inline constexpr std::size_t longest_document_chain = 4;

/// The text of a document that is a file here. Throws base::Error.
std::string read_local_document(const std::string& path);

/// A document: of a local path, or something remote. Throws base::Error, and as Patience::check.
RemoteDocument load_document(const std::string& location, const std::string& bucket_owner,
                             RemoteAccess& remote, const Patience& patience);

}  // namespace goldsmith::guest
