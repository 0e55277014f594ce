#pragma once

#include <cstddef>
#include <functional>

// Doing many independent pieces of work on a few threads.
namespace goldsmith::store {

// `requested`, or one per core where it is 0; never more than there are pieces, never 0.
unsigned thread_count(unsigned requested, std::size_t pieces);

// Calls work(worker, piece) once for every piece below `pieces`, on `threads` threads (the caller's
// is one of them); `worker` is below `threads` and names the thread, so that each may have its own
// buffers. Returns when all are done. After an exception no further piece is begun, and the first
// one is thrown.
void parallel_for(unsigned threads, std::size_t pieces,
                  const std::function<void(unsigned worker, std::size_t piece)>& work);

}  // namespace goldsmith::store
