#include "daemon/instance_credentials.h"

#include <sys/prctl.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/generated/runner/run_json.h"
#include "base/error.h"
#include "db/database.h"
#include "service/sts/instance_sessions.h"
#include "state/sessions.h"

namespace goldsmith::daemon {

namespace json = boost::json;
namespace model = api::runner;

namespace {

constexpr std::chrono::milliseconds look_every{2000};
/// While a run begins, and how often.
constexpr std::chrono::milliseconds look_quickly{20};
constexpr int most_quick_looks = 250;
constexpr std::chrono::minutes try_again{1};
constexpr std::uint64_t most_spec_bytes = 16U << 20;

template <class T>
std::optional<T> read_document(const base::Path& file) {
    try {
        const auto text = base::read_file_if_exists(file, most_spec_bytes);
        if (!text) {
            return std::nullopt;
        }
        T value;
        model::from_json(json::parse(*text).as_object(), value);
        return value;
    } catch (const std::exception&) {
        return std::nullopt;  // not written whole yet, or not ours
    }
}

}  // namespace

CredentialWork::CredentialWork(db::Database& database, base::Random& random,
                               const base::Clock& clock, base::Path runs_directory,
                               base::Logger log)
    : database_(database),
      random_(random),
      clock_(clock),
      runs_(std::move(runs_directory)),
      log_(std::move(log)) {}

bool CredentialWork::turn() {
    const auto names = base::list_directory(runs_);
    const std::set<std::string> present(names.begin(), names.end());
    if (std::exchange(first_turn_, false)) {
        // Runs that ended while no server was there.
        for (const std::string& run : database_.read([](db::Connection& connection) {
                 return state::runs_with_sessions(connection);
             })) {
            if (!present.contains(run)) {
                end(run);
            }
        }
    }
    for (const std::string& name : present) {
        const Run* run = ended_.contains(name) ? nullptr : known(name);
        if (run == nullptr || !run->has_role) {
            continue;
        }
        if (has_ended(name)) {
            end(name);
        } else if (clock_.now() >= run->renew_at) {
            give(name, known_.at(name));
        }
    }
    std::vector<std::string> gone;
    for (const auto& [name, run] : known_) {
        if (!present.contains(name)) {
            gone.push_back(name);
        }
    }
    for (const std::string& name : gone) {
        if (known_.at(name).has_role) {
            end(name);
        }
        known_.erase(name);
    }
    std::erase_if(ended_, [&](const std::string& name) { return !present.contains(name); });
    std::erase_if(blank_, [&](const auto& each) {
        return !present.contains(each.first) || known_.contains(each.first);
    });
    return std::ranges::any_of(blank_,
                               [](const auto& each) { return each.second < most_quick_looks; });
}

const CredentialWork::Run* CredentialWork::known(const std::string& run_id) {
    if (const auto found = known_.find(run_id); found != known_.end()) {
        return &found->second;
    }
    const auto spec = read_document<model::RunSpec>(runs_ / run_id / "spec.json");
    if (!spec) {
        ++blank_[run_id];
        return nullptr;
    }
    Run run;
    if (spec->metadata && spec->metadata->role_name) {
        run.has_role = true;
        run.account = spec->account_id;
        run.role = *spec->metadata->role_name;
        run.instance_id = spec->instance_id;
        // From before a restart.
        const auto file =
            read_document<model::RoleCredentials>(runs_ / run_id / "credentials.json");
        if (file && file->expiration) {
            run.renew_at = file->last_updated + (*file->expiration - file->last_updated) / 2;
        }
    }
    return &known_.emplace(run_id, run).first->second;
}

bool CredentialWork::has_ended(const std::string& run_id) const {
    const auto state = read_document<model::RunState>(runs_ / run_id / "state.json");
    return state && (state->state == model::InstanceState::terminated ||
                     state->state == model::InstanceState::failed);
}

void CredentialWork::give(const std::string& run_id, Run& run) {
    const base::Time now = clock_.now();
    const auto made = database_.write([&](db::Transaction& transaction) {
        return service::sts::make_instance_session(
            transaction, random_, {run.account, run.role, run.instance_id, run_id}, now);
    });
    model::RoleCredentials file;
    file.last_updated = now;
    if (const auto* session = std::get_if<service::sts::InstanceSession>(&made)) {
        file.access_key_id = session->access_key_id;
        file.secret_access_key = session->secret_access_key;
        file.session_token = session->session_token;
        file.expiration = session->expiration;
        run.renew_at = now + (session->expiration - now) / 2;
    } else {
        file.problem = std::get<std::string>(made);
        run.renew_at = now + try_again;
        log_.warning("an instance gets no credentials",
                     {{"instance", run.instance_id}, {"reason", *file.problem}});
    }
    base::write_file_atomically(runs_ / run_id / "credentials.json",
                                json::serialize(model::to_json(file)), 0600);
}

void CredentialWork::end(const std::string& run_id) {
    database_.write([&](db::Transaction& transaction) {
        service::sts::end_instance_sessions(transaction, run_id);
    });
    base::remove_tree(runs_ / run_id / "credentials.json");
    ended_.insert(run_id);
}

InstanceCredentials::InstanceCredentials(db::Database& database, base::Random& random,
                                         const base::Clock& clock, const base::Path& runs_directory,
                                         base::Logger log) {
    base::make_directories(runs_directory, 0700);
    watch_.add(runs_directory);
    thread_ = std::jthread(
        [this, &clock, log, work = CredentialWork(database, random, clock, runs_directory, log)](
            const std::stop_token& stop) mutable {
            ::prctl(PR_SET_NAME, "credentials");
            while (!stop.stop_requested()) {
                bool again = false;
                try {
                    again = work.turn();
                } catch (...) {
                    log.error("the credentials of instances could not be renewed",
                              {{"error", base::current_error_chain()}});
                }
                watch_.wait(again ? look_quickly : look_every);
            }
        });
}

InstanceCredentials::~InstanceCredentials() {
    thread_.request_stop();
    watch_.wake();
}

}  // namespace goldsmith::daemon
