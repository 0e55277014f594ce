#include "daemon/daemon.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <thread>

#include "actions/base_images.h"
#include "actions/image_tasks.h"
#include "actions/run_watch.h"
#include "actions/world.h"
#include "api/endpoint.h"
#include "api/paging.h"
#include "audit/log.h"
#include "base/encoding.h"
#include "base/error.h"
#include "base/random.h"
#include "base/sealing.h"
#include "catalogue/entry.h"
#include "controllers/command_controller.h"
#include "controllers/control_thread.h"
#include "controllers/image_controller.h"
#include "controllers/instance_controller.h"
#include "daemon/build_log.h"
#include "daemon/call_audit.h"
#include "daemon/database.h"
#include "daemon/image_projection.h"
#include "daemon/instance_credentials.h"
#include "daemon/listening.h"
#include "daemon/managed_images.h"
#include "daemon/notifier.h"
#include "daemon/public_pages.h"
#include "daemon/root_key.h"
#include "daemon/scheduler.h"
#include "daemon/service_gateway.h"
#include "daemon/throttle.h"
#include "db/database.h"
#include "disk_images/jobs.h"
#include "engines/local/local_engine.h"
#include "http/router.h"
#include "service/authorization/gate.h"
#include "service/endpoints.h"
#include "store/region_set.h"
#include "workflow/action.h"
#include "workflow/executor.h"
#include "workflow/loop.h"

namespace goldsmith::daemon {

namespace {

constexpr std::chrono::milliseconds stop_within{4000};

base::Path program_directory(const Config& config) {
    return config.program_directory.empty()
               ? base::Path(std::filesystem::read_symlink("/proc/self/exe")).parent_path()
               : config.program_directory;
}

/// Page tokens stay valid across restarts.
std::string page_token_secret(const DataLayout& layout, base::Random& random) {
    const base::Path file = layout.root / "page-token-secret";
    auto secret = base::read_file_if_exists(file);
    if (!secret) {
        std::string bytes(32, '\0');
        random.fill(bytes.data(), bytes.size());
        secret = base::hex_encode(bytes);
        base::write_file_atomically(file, *secret, 0600);
    }
    return *secret;
}

engines::LocalEngineOptions engine_options(const Config& config, const DataLayout& layout) {
    engines::LocalEngineOptions options;
    options.runs_directory = layout.runs();
    options.runner_program = program_directory(config) / "goldsmith-runner";
    return options;
}

std::vector<service::ManagedImageOffer> offers() {
    std::vector<service::ManagedImageOffer> list;
    for (const catalogue::CatalogueEntry& entry : catalogue::catalogue()) {
        list.push_back({entry.name, "Linux", entry.title});
    }
    return list;
}

store::StoreOptions store_options(const Config& config) {
    store::StoreOptions options;
    options.compression_level = config.compression_level;
    return options;
}

}  // namespace

/// Members stand in the order in which they need each other, so that their destruction, in reverse,
/// never leaves one with a reference to what is gone.
struct Daemon::Parts {
    Parts(Config given, base::Logger logger)
        : config(std::move(given)),
          log(std::move(logger)),
          directory(config.data_directory),
          layout(directory.layout()),
          database(open_database(layout)),
          regions(layout.stores(), config.regions, store_options(config)),
          sealer(base::ensure_key_file(layout.root / "sealing-key", random), random),
          page_tokens(page_token_secret(layout, random)),
          engine(engine_options(config, layout)),
          base_images(
              regions, layout.root,
              [this](const std::string& name, const std::string& region) {
                  return pull_command(name, region);
              },
              [this] { publish_managed_images(*database, regions, layout.root); }),
          image_jobs(layout.imports(),
                     [this](std::vector<std::string> arguments) {
                         return import_command(std::move(arguments));
                     }),
          imports(*database, regions, image_jobs, layout.root),
          image_tasks(*database, imports),
          world{*database,     engine,      regions,
                base_images,   run_watch,   clock,
                log,           layout.root, program_directory(config) / "toe",
                config.driver, &imports,    &config.networks},
          build_log(layout.logs(), log),
          commands(world),
          instances(world),
          images(world),
          executions(*database, image_projection(random)),
          workers("action", static_cast<int>(config.action_threads)),
          loop(executions, registry, workers, clock, loop_options(config), &build_log, log),
          identities(*database),
          gate(*database, identities, log),
          credentials(identities),
          audit_log(audit_options(config, layout), clock, log),
          call_audit(audit_log, clock, random),
          throttle(config.throttle),
          router(router_options(), credentials, clock) {
        allow_descriptors(config);
        actions::register_actions(registry, world);
        ensure_root_key(*database, config.account, layout.credentials(), random, clock);
        publish_managed_images(*database, regions, layout.root);
        add_services();
        add_public_pages(router);
    }

    http::RouterOptions router_options() {
        http::RouterOptions options;
        options.regions = config.regions;
        options.log = log;
        options.observe = [this](const http::Observation& call) {
            return call_audit.observe(call);
        };
        options.admit = [this] { return call_audit.admit(); };
        return options;
    }

    static audit::LogOptions audit_options(const Config& config, const DataLayout& layout) {
        audit::LogOptions options;
        options.folder = layout.audit();
        options.max_file_bytes = config.audit_file_size.in_bytes();
        options.keep_days = config.audit_keep_days;
        return options;
    }

    static workflow::LoopOptions loop_options(const Config& config) {
        workflow::LoopOptions options;
        options.max_executions = config.max_parallel_builds;
        return options;
    }

    base::Command pull_command(const std::string& name, const std::string& region) const {
        base::Command command;
        command.program = (program_directory(config) / "goldsmith").string();
        command.arguments = {"image",    "pull", name,     "--data-dir", layout.root.string(),
                             "--region", region, "--plain"};
        const auto entry = catalogue::find_entry(name);
        const bool is_fetched = entry && entry->cloud_image;
        const std::string& mirror = is_fetched ? config.image_mirror : config.debian_mirror;
        if (!mirror.empty()) {
            command.arguments.push_back("--mirror");
            command.arguments.push_back(mirror);
        }
        return command;
    }

    /// The configuration goes along as options: the process does not know our file.
    base::Command import_command(std::vector<std::string> arguments) const {
        base::Command command;
        command.program = (program_directory(config) / "goldsmith").string();
        command.arguments = std::move(arguments);
        command.arguments.insert(
            command.arguments.begin() + 2,
            "--max-disk-gib=" + std::to_string(config.import_max_disk.in_gib()));
        if (config.import_from_local_addresses) {
            command.arguments.insert(command.arguments.begin() + 2, "--allow-local-addresses");
        }
        return command;
    }

    service::Dependencies service_dependencies() {
        service::Dependencies dependencies{*database, random, page_tokens};
        dependencies.stores = &regions;
        dependencies.logs_directory = layout.logs();
        dependencies.instances_directory = layout.instances();
        dependencies.runs_directory = layout.runs();
        dependencies.audit_directory = layout.audit();
        dependencies.regions = config.regions;
        dependencies.account = config.account;
        dependencies.managed_images = offers();
        dependencies.networks = &config.networks;
        dependencies.quotas = config.quotas;
        dependencies.lifecycle_interval = config.lifecycle_interval;
        dependencies.notify = [this](const std::string& execution) { loop.notify(execution); };
        dependencies.wake_controllers = [this] { wake_controllers(); };
        return dependencies;
    }

    /// By the name of the operation, because the endpoint whose operations it knows is not there
    /// yet.
    service::ec2::PassGate pass_ec2_gate() {
        return [this](const api::CallContext& context, std::string_view operation,
                      const boost::json::object& input) {
            for (const auto* each : ec2_service->operations) {
                if (each->name == operation) {
                    gate.pass(*ec2_service, *each, context, input);
                }
            }
        };
    }

    void add_services() {
        const service::Dependencies dependencies = service_dependencies();
        const auto add = [this](const char* scope, std::shared_ptr<const http::Protocol> protocol,
                                std::unique_ptr<api::Endpoint> endpoint) {
            const std::shared_ptr<api::Endpoint> shared(std::move(endpoint));
            call_audit.add_service(scope, *shared);
            if (std::string_view(scope) == "ec2") {
                ec2_service = &shared->service();
            }
            router.add_service(
                scope, std::move(protocol),
                throttled(gateway_to(shared, gate, clock, log), *shared, throttle, clock));
        };
        add("imagebuilder", http::rest_json_protocol(),
            service::make_imagebuilder_endpoint(dependencies));
        add("ec2", http::ec2_protocol("http://ec2.amazonaws.com/doc/2016-11-15/"),
            service::make_ec2_endpoint(dependencies, pass_ec2_gate()));
        add("logs", http::json_11_protocol("Logs_20140328"),
            service::make_logs_endpoint(dependencies));
        add("ssm", http::json_11_protocol("AmazonSSM"),
            service::make_ssm_endpoint(dependencies, sealer));
        add("sns", http::query_protocol("http://sns.amazonaws.com/doc/2010-03-31/"),
            service::make_sns_endpoint(dependencies));
        add("iam", http::query_protocol("https://iam.amazonaws.com/doc/2010-05-08/"),
            service::make_iam_endpoint(dependencies));
        add("cloudtrail", http::json_11_protocol("CloudTrail_20131101"),
            service::make_cloudtrail_endpoint(dependencies));
        add("sts", http::query_protocol("https://sts.amazonaws.com/doc/2011-06-15/"),
            service::make_sts_endpoint(dependencies));
    }

    void wake_controllers() {
        if (control_thread) {
            control_thread->wake();
        }
        if (image_thread) {
            image_thread->wake();
        }
    }

    void start() {
        // Results of commands are taken before their runs may be forgotten.
        control_thread = std::make_unique<controllers::ControlThread>(
            "controller",
            std::vector<std::function<void()>>{[this] { commands.turn(); },
                                               [this] { instances.turn(); }},
            log);
        image_thread = std::make_unique<controllers::ControlThread>(
            "image-control", std::vector<std::function<void()>>{[this] { images.turn(); }}, log);
        subscription = engine.subscribe([this](const engines::RunId& run) {
            control_thread->wake();
            if (const auto execution = run_watch.execution_of(run.text())) {
                loop.notify(*execution);
            }
        });
        loop_thread = std::jthread([this](std::stop_token stop) {
            ::prctl(PR_SET_NAME, "loop");
            try {
                loop.run(stop, stop_within);
            } catch (...) {
                // Builds cannot go on without the database. Ending lets a supervisor start us
                // again; nothing is lost, since everything the loop knows is in the store.
                log.error("the workflow loop failed", {{"error", base::current_error_chain()}});
                ::_exit(1);
            }
        });
        scheduler = std::make_unique<Scheduler>(service_dependencies(), clock, log,
                                                [this](base::Time now) { image_tasks.turn(now); });
        notifier = std::make_unique<Notifier>(*database, config.notifications_to_local_addresses,
                                              clock, log);
        instance_credentials =
            std::make_unique<InstanceCredentials>(*database, random, clock, layout.runs(), log);
        listener = std::make_unique<http::Listener>(
            listen_options(config, layout, clock),
            [this](const http::Request& request) { return router.handle(request); },
            [this](const http::Request& request, const http::Refusal& refusal) {
                return router.refuse(request, refusal);
            });
        directory.publish_endpoint(listener->url());
        log.info("listening", {{"url", listener->url()}, {"data", layout.root.string()}});
    }

    void stop() {
        loop_thread.request_stop();
        scheduler.reset();
        notifier.reset();
        instance_credentials.reset();
        listener->stop();
        loop_thread.join();
        subscription.reset();
        image_thread.reset();
        control_thread.reset();
    }

    Config config;
    base::Logger log;
    base::SystemClock clock;
    base::SystemRandom random;
    DataDirectory directory;
    DataLayout layout;
    std::unique_ptr<db::Database> database;
    store::RegionSet regions;
    base::Sealer sealer;
    api::PageTokens page_tokens;
    engines::LocalEngine engine;
    actions::RunWatch run_watch;
    actions::BaseImages base_images;
    disk_images::ImageJobs image_jobs;
    actions::Imports imports;
    actions::ImageTasks image_tasks;
    actions::World world;
    workflow::ActionRegistry registry;
    BuildLog build_log;
    controllers::CommandController commands;
    controllers::InstanceController instances;
    controllers::ImageController images;
    state::SqlExecutionStore executions;
    workflow::WorkerPool workers;
    workflow::Loop loop;
    service::authorization::Identities identities;
    service::authorization::AuthorizationGate gate;
    DatabaseCredentials credentials;
    const api::Service* ec2_service = nullptr;
    audit::Log audit_log;
    CallAudit call_audit;
    Throttle throttle;
    http::Router router;
    std::unique_ptr<controllers::ControlThread> control_thread;
    std::unique_ptr<controllers::ControlThread> image_thread;
    std::unique_ptr<engines::Subscription> subscription;
    std::jthread loop_thread;
    std::unique_ptr<Scheduler> scheduler;
    std::unique_ptr<Notifier> notifier;
    std::unique_ptr<InstanceCredentials> instance_credentials;
    std::unique_ptr<http::Listener> listener;
};

Daemon::Daemon(Config config, base::Logger log)
    : parts_(std::make_unique<Parts>(std::move(config), std::move(log))) {
    parts_->start();
}

Daemon::~Daemon() {
    try {
        parts_->stop();
    } catch (...) {
        parts_->log.error("stopping failed", {{"error", base::current_error_chain()}});
    }
}

void Daemon::reload() {
    prepare_tls(parts_->config, parts_->layout, parts_->clock);
    parts_->listener->reload_tls();
}

std::string Daemon::url() const {
    return parts_->listener->url();
}

const DataLayout& Daemon::layout() const {
    return parts_->layout;
}

}  // namespace goldsmith::daemon
