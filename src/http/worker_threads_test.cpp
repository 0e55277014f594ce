#include "http/worker_threads.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <stdexcept>

namespace goldsmith::http {
namespace {

TEST(WorkerThreads, RunEveryTaskOfManyThreadsOnce) {
    std::atomic<int> done{0};
    std::promise<void> all;
    WorkerThreads workers(4, "test-");
    std::vector<std::thread> posters;
    for (int i = 0; i < 4; ++i) {
        posters.emplace_back([&] {
            for (int task = 0; task < 1000; ++task) {
                workers.post([&] {
                    if (++done == 4000) {
                        all.set_value();
                    }
                });
            }
        });
    }
    for (std::thread& poster : posters) {
        poster.join();
    }
    ASSERT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    workers.stop();
    EXPECT_EQ(done, 4000);
}

TEST(WorkerThreads, RunAsManyAtOnceAsThereAre) {
    WorkerThreads workers(3, "test-");
    std::atomic<int> inside{0};
    std::promise<void> all;
    std::promise<void> leave;
    const std::shared_future<void> left = leave.get_future().share();
    for (int i = 0; i < 3; ++i) {
        workers.post([&, left] {
            if (++inside == 3) {
                all.set_value();
            }
            left.wait();
        });
    }
    EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    leave.set_value();
}

TEST(WorkerThreads, OnlySoManyAreAtWorkUnlessOneSaysThatItWaits) {
    // Nobody is called because the first is slow: only because it says so.
    WorkerThreads workers(3, "test-", {.at_once = 1, .patience = std::chrono::hours(1)});
    while (workers.idle() < 3) {
        std::this_thread::yield();
    }
    std::promise<void> begun;
    std::promise<void> wait;
    std::promise<void> second;
    workers.post([&] {
        begun.set_value();
        wait.get_future().wait();
        base::announce_wait();
        base::announce_wait();
        second.get_future().wait();
    });
    begun.get_future().wait();
    workers.post([&] { second.set_value(); });
    EXPECT_EQ(workers.idle(), 2U);
    wait.set_value();
    // The second task runs while the first one waits, and both end.
    while (workers.idle() < 3) {
        std::this_thread::yield();
    }
}

TEST(WorkerThreads, ManyThatWaitAndWorkByTurnsLoseNoTask) {
    std::atomic<int> done{0};
    std::promise<void> all;
    WorkerThreads workers(8, "test-", {.at_once = 2, .patience = std::chrono::hours(1)});
    for (int task = 0; task < 2000; ++task) {
        workers.post([&, task] {
            if (task % 3 == 0) {
                base::announce_wait();
                std::this_thread::yield();
            }
            if (++done == 2000) {
                all.set_value();
            }
        });
    }
    EXPECT_EQ(all.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

TEST(WorkerThreads, SlowTasksThatDoNotSaySoHoldUpNoOther) {
    WorkerThreads workers(3, "test-", {.at_once = 1});
    std::promise<void> leave;
    const std::shared_future<void> left = leave.get_future().share();
    for (int slow = 0; slow < 2; ++slow) {
        workers.post([left] { left.wait(); });
    }
    std::promise<void> other;
    workers.post([&] { other.set_value(); });
    EXPECT_EQ(other.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
    leave.set_value();
}

TEST(WorkerThreads, OneTaskAfterTheOtherKeepsOneThreadBusy) {
    WorkerThreads workers(8, "test-");
    std::set<std::thread::id> threads;
    for (int i = 0; i < 200; ++i) {
        while (workers.idle() < 8) {
            std::this_thread::yield();
        }
        std::promise<std::thread::id> by;
        workers.post([&] { by.set_value(std::this_thread::get_id()); });
        threads.insert(by.get_future().get());
    }
    EXPECT_EQ(threads.size(), 1U);
}

TEST(WorkerThreads, WhatATaskThrowsHarmsNoOther) {
    WorkerThreads workers(1, "test-");
    std::promise<void> after;
    workers.post([] { throw std::runtime_error("x"); });
    workers.post([&] { after.set_value(); });
    EXPECT_EQ(after.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
}

TEST(WorkerThreads, StopDropsWhatHasNotBegun) {
    auto kept = std::make_shared<int>(0);
    {
        WorkerThreads workers(1, "test-");
        workers.stop();
        workers.post([kept] { ++*kept; });
    }
    EXPECT_EQ(*kept, 0);
    EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace goldsmith::http
