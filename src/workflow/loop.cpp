#include "workflow/loop.h"

#include <algorithm>
#include <map>

#include "workflow/calls.h"
#include "workflow/image_status.h"
#include "workflow/plan.h"
#include "workflow/session.h"

namespace goldsmith::workflow {

namespace {

// When an effect that said Pending may be called again.
struct Delay {
    Effect::Kind kind = Effect::Kind::advance;
    base::Time until;
};

}  // namespace

struct Loop::Impl {
    struct Active {
        Session session;
        std::map<std::string, Delay> delays{};  // by step
        std::vector<EventBody> facts{};         // outcomes, until they are recorded
        bool look = true;                       // at signals, in this turn
        base::Time heartbeat{};
        base::Time look_again{};
    };

    state::ExecutionStore& store;
    const base::Clock& clock;
    LoopOptions options;
    Observer* observer;
    base::Logger log;
    Calls calls;
    std::map<std::string, Active> active;  // by execution
    bool started = false;
    bool stopping = false;  // no new calls

    Impl(state::ExecutionStore& the_store, const ActionRegistry& actions, Executor& executor,
         const base::Clock& the_clock, LoopOptions the_options, Observer* the_observer,
         base::Logger the_log)
        : store(the_store),
          clock(the_clock),
          options(std::move(the_options)),
          observer(the_observer),
          log(std::move(the_log)),
          calls(actions, executor) {}

    base::Time turn();
    void receive(base::Time now);
    void receive(const Outcome& outcome, base::Time now);
    void claim_due(base::Time now);
    void adopt(const state::ClaimedExecution& claimed, base::Time now);
    void abandon(const state::Lease& lease, std::int64_t last_sequence, const std::string& why,
                 base::Time now);
    bool work_on(Active& one, base::Time now);
    void start_calls(Active& one, base::Time now);
    bool keep(Active& one, base::Time now);
    base::Time next_change(const Active& one) const;
    base::Time next_look(const Active& one) const;
    base::Time turn_or_wait();
    void give_back_all();
};

Loop::Loop(state::ExecutionStore& store, const ActionRegistry& actions, Executor& executor,
           const base::Clock& clock, LoopOptions options, Observer* observer, base::Logger log)
    : impl_(std::make_unique<Impl>(store, actions, executor, clock, std::move(options), observer,
                                   std::move(log))) {}

Loop::~Loop() = default;

void Loop::notify(const std::string& execution_id) {
    impl_->calls.notify(execution_id);
}

base::Time Loop::turn() {
    return impl_->turn();
}

void Loop::run(std::stop_token stop, std::chrono::milliseconds stop_within) {
    const std::stop_callback wake(stop, [this] { impl_->calls.notify(""); });
    while (!stop.stop_requested()) {
        const auto next = impl_->turn_or_wait();
        const auto now = impl_->clock.now();
        if (next > now && !stop.stop_requested()) {
            impl_->calls.wait_for_mail(next - now);
        }
    }
    impl_->stopping = true;
    impl_->calls.stop_all();
    const auto deadline = std::chrono::steady_clock::now() + stop_within;
    while (impl_->calls.any() && std::chrono::steady_clock::now() < deadline) {
        impl_->calls.wait_for_mail(std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()));
        impl_->turn_or_wait();
    }
    impl_->turn_or_wait();
    impl_->give_back_all();
}

// A store that fails is tried again after a while; builds wait, nothing is lost.
base::Time Loop::Impl::turn_or_wait() {
    try {
        return turn();
    } catch (const std::exception& error) {
        log.error("the store of executions fails", {{"why", base::error_chain(error)}});
        return clock.now() + options.poll;
    }
}

base::Time Loop::Impl::turn() {
    if (!started) {
        store.release_all_of(options.owner);
        started = true;
    }
    const base::Time now = clock.now();
    receive(now);
    if (!stopping) {
        claim_due(now);
    }
    base::Time next = now + options.poll;
    for (auto at = active.begin(); at != active.end();) {
        const bool stays = work_on(at->second, now);
        if (stays) {
            next = std::min(next, next_look(at->second));
        }
        at = stays ? std::next(at) : active.erase(at);
    }
    return calls.has_mail() ? now : std::max(now, next);
}

void Loop::Impl::receive(base::Time now) {
    const Mail mail = calls.take();
    for (const auto& outcome : mail.outcomes) {
        receive(outcome, now);
    }
    for (const auto& id : mail.notified) {
        if (const auto found = active.find(id); found != active.end()) {
            found->second.look = true;
            found->second.delays.clear();
        } else if (!id.empty()) {
            store.wake(id, now);
        }
    }
}

void Loop::Impl::receive(const Outcome& outcome, base::Time now) {
    const auto found = active.find(outcome.execution);
    if (found == active.end()) {
        return;  // whoever holds the execution now calls the step again when its turn comes
    }
    Active& one = found->second;
    const Pending* pending = nullptr;
    const auto fact = std::visit(
        [&](const auto& result) {
            pending = std::get_if<Pending>(&result);
            return outcome_event(one.session.state(), outcome.effect, result);
        },
        outcome.result);
    if (fact) {
        one.facts.push_back(*fact);
    }
    if (pending != nullptr) {
        one.delays[outcome.effect.step] = {outcome.effect.kind, now + pending->wake_after};
    } else {
        one.delays.erase(outcome.effect.step);
    }
}

void Loop::Impl::claim_due(base::Time now) {
    while (active.size() < options.max_executions) {
        const auto claimed = store.claim(options.owner, now, now + options.lease);
        if (!claimed) {
            return;
        }
        adopt(*claimed, now);
    }
}

void Loop::Impl::adopt(const state::ClaimedExecution& claimed, base::Time now) {
    // Claimed although it is here: its lease ran out under us, for example in a suspended machine.
    active.erase(claimed.lease.execution_id);
    const auto events = store.events(claimed.lease.execution_id, 0);
    try {
        Active one{Session(store, claimed, events, options, observer, log)};
        one.heartbeat = now + options.heartbeat;
        active.emplace(claimed.lease.execution_id, std::move(one));
    } catch (const std::exception& error) {
        abandon(claimed.lease, claimed.execution.last_sequence, base::error_chain(error), now);
    }
}

// An execution that this program cannot continue fails with the cause instead of hanging.
void Loop::Impl::abandon(const state::Lease& lease, std::int64_t last_sequence,
                         const std::string& why, base::Time now) {
    log.error("giving an execution up", {{"execution", lease.execution_id}, {"why", why}});
    state::Append step;
    step.expected_sequence = last_sequence;
    step.time = now;
    step.image_status = {std::string(failed), "The build cannot be continued: " + why};
    step.finished = true;
    for (const auto& signal : store.signals(lease.execution_id)) {
        step.consumed_signals.push_back(signal.id);
    }
    store.append(lease, step);
    store.release(lease, std::nullopt);
}

bool Loop::Impl::work_on(Active& one, base::Time now) {
    try {
        const bool look = one.look || now >= one.look_again;
        one.session.record(one.facts, look, now);
        one.facts.clear();
        if (look) {
            one.look = false;
            one.look_again = now + options.poll;
        }
        if (!stopping) {
            start_calls(one, now);
        }
        return keep(one, now);
    } catch (const state::LeaseLost&) {
        log.warning("another loop has taken an execution over", {{"execution", one.session.id()}});
        return false;
    } catch (const ImpossibleEvent& error) {
        abandon(one.session.lease(), one.session.state().last_sequence, error.what(), now);
        return false;
    } catch (const std::exception& error) {
        // The store fails (a full disk); what is to be recorded stays here until it works again.
        log.error("cannot record", {{"execution", one.session.id()}, {"why", error.what()}});
        one.look_again = now + options.poll;
        return true;
    }
}

void Loop::Impl::start_calls(Active& one, base::Time now) {
    for (const auto& effect : due_effects(one.session.state())) {
        if (const Effect* running = calls.running(effect.step)) {
            if (*running != effect) {
                calls.stop(effect.step);
            }
            continue;
        }
        const auto delay = one.delays.find(effect.step);
        const bool waits = delay != one.delays.end() && delay->second.kind == effect.kind &&
                           delay->second.until > now;
        if (!waits) {
            calls.start(one.session, effect);
        }
    }
}

// False: the session is given back, because it is finished, parked or lost.
bool Loop::Impl::keep(Active& one, base::Time now) {
    const state::Lease& lease = one.session.lease();
    if (one.session.state().finished) {
        store.release(lease, std::nullopt);
        return false;
    }
    if (now >= one.heartbeat) {
        if (!store.renew(lease, now + options.lease)) {
            throw state::LeaseLost("renew");
        }
        one.heartbeat = now + options.heartbeat;
    }
    const auto effects = due_effects(one.session.state());
    const bool calling = std::ranges::any_of(
        effects, [this](const Effect& effect) { return calls.running(effect.step) != nullptr; });
    const base::Time next = next_change(one);
    if (calling || stopping || next - now <= options.park_after) {
        return true;
    }
    store.release(lease, next);
    return false;
}

// When something happens by itself: a deadline, or an action that wants to be called again.
base::Time Loop::Impl::next_change(const Active& one) const {
    auto next = next_deadline(one.session.state()).value_or(base::Time::max());
    for (const auto& effect : due_effects(one.session.state())) {
        const auto delay = one.delays.find(effect.step);
        if (delay != one.delays.end() && delay->second.kind == effect.kind &&
            calls.running(effect.step) == nullptr) {
            next = std::min(next, delay->second.until);
        }
    }
    return next;
}

base::Time Loop::Impl::next_look(const Active& one) const {
    return std::min({next_change(one), one.look_again, one.heartbeat});
}

void Loop::Impl::give_back_all() {
    for (auto& [id, one] : active) {
        try {
            store.release(one.session.lease(), clock.now());
        } catch (const std::exception& error) {
            log.warning("cannot give a lease back", {{"execution", id}, {"why", error.what()}});
        }
    }
    active.clear();
}

}  // namespace goldsmith::workflow
