#include "store/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace goldsmith::store {

unsigned thread_count(unsigned requested, std::size_t pieces) {
    const unsigned wanted = requested != 0 ? requested : std::thread::hardware_concurrency();
    const std::size_t useful = std::min<std::size_t>(std::max(wanted, 1u), pieces);
    return static_cast<unsigned>(std::max<std::size_t>(useful, 1));
}

void parallel_for(unsigned threads, std::size_t pieces,
                  const std::function<void(unsigned, std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::once_flag failed;
    std::exception_ptr failure;
    const auto run = [&](unsigned worker) {
        try {
            for (std::size_t piece = next++; piece < pieces; piece = next++) {
                work(worker, piece);
            }
        } catch (...) {
            next = pieces;
            std::call_once(failed, [&] { failure = std::current_exception(); });
        }
    };
    {
        std::vector<std::jthread> others;
        for (unsigned worker = 1; worker < threads; ++worker) {
            others.emplace_back(run, worker);
        }
        run(0);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace goldsmith::store
