#include "audit/log.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "audit/files.h"
#include "base/error.h"
#include "base/waiting.h"

namespace goldsmith::audit {

namespace {

constexpr std::size_t head_bytes = 128;
constexpr std::size_t most_kept_bytes = 1UL << 20;  // of memory for lines, between two writes

/// The link of the last complete line of the newest file that has one, cutting off a line that was
/// half written when the process ended. Nothing when no file has a line.
struct Tail {
    Link link;
    LogFile file;
    std::uint64_t size = 0;
    bool altered = false;  // the line has no chain of our form
};

std::optional<Tail> read_tail(const LogFile& file) {
    BackwardLines lines(file.path);
    const auto line = lines.next();
    const auto size = lines.complete_bytes();
    if (std::filesystem::file_size(file.path) != size &&
        ::truncate(file.path.c_str(), static_cast<off_t>(size)) != 0) {
        throw base::SystemError("cut off the incomplete last line of " + file.path.string());
    }
    if (!line) {
        return std::nullopt;
    }
    const auto claim = claim_of(*line);
    return Tail{{claim ? claim->sequence : 0, hash_of_line(*line)}, file, size, !claim};
}

}  // namespace

Log::Log(LogOptions options, const base::Clock& clock, base::Logger logger)
    : options_(std::move(options)), clock_(clock), logger_(std::move(logger)) {
    base::make_directories(options_.folder, 0700);
    recover();
    if (!file_) {
        open_file_for(today());
    }
    extend_reserve();
    thread_ = std::jthread([this] { run(); });
}

Log::~Log() {
    queue_.lock()->stopping = true;
    arrived_.notify_all();
    thread_.join();
}

std::string Log::today() const {
    return base::format_iso8601(clock_.now()).substr(0, 10);
}

void Log::recover() {
    head_ = base::open_file(head_file(options_.folder), O_RDWR | O_CREAT, 0600);
    std::optional<Link> head;
    try {
        const auto text = base::read_all(head_.get(), 4096);
        head = text.empty() ? std::nullopt : parse_link(text);
    } catch (const base::Error&) {
        head = std::nullopt;
    }
    std::optional<Tail> tail;
    const auto files = log_files(options_.folder);
    for (auto file = files.rbegin(); file != files.rend() && !tail; ++file) {
        tail = read_tail(*file);
    }
    if (tail) {
        last_ = tail->link;
    } else if (const auto pruned = read_link(pruned_file(options_.folder))) {
        last_ = *pruned;
    }
    const bool damaged = (tail && tail->altered) ||
                         (head && (head->sequence > last_.sequence ||
                                   (head->sequence == last_.sequence && head->hash != last_.hash)));
    if (damaged) {
        logger_.error("the end of the audit log is missing or altered; run goldsmith audit verify",
                      {{"folder", options_.folder.string()}});
        if (head && head->sequence >= last_.sequence) {
            last_ = *head;
        }
        return;  // a new file
    }
    if (tail && tail->file.day == today() && tail->size < options_.max_file_bytes) {
        path_ = tail->file.path;
        day_ = tail->file.day;
        size_ = tail->size;
        reserved_end_ = size_;
        file_ = base::open_file(path_, O_WRONLY | O_APPEND);
    }
}

bool Log::append(std::string_view record, Flush flush) {
    const auto waiter = flush == Flush::now ? std::make_shared<Batch::Written>() : nullptr;
    bool call = false;
    {
        auto queue = queue_.lock();
        const auto patience = std::chrono::system_clock::now() + std::chrono::seconds(10);
        queue.wait_until(taken_, patience,
                         [&] { return queue->pending.bytes() < options_.queue_bytes; });
        // The thread sleeps until the first line, then until one that is urgent.
        const bool was_empty = queue->pending.empty();
        const bool was_urgent = is_urgent(*queue);
        queue->awaited = queue->awaited || waiter != nullptr;
        queue->pending.add(record, waiter);
        call = was_empty || (!was_urgent && is_urgent(*queue));
    }
    if (call) {
        arrived_.notify_one();
    }
    if (waiter == nullptr) {
        return true;
    }
    base::announce_wait();
    return waiter->wait();
}

void Log::run() {
    ::prctl(PR_SET_NAME, "audit");
    while (collect()) {
        write_unwritten();
    }
    write_unwritten();
    if (!unwritten_.empty()) {
        logger_.error("lines of the audit log are lost: they could not be written before the end",
                      {{"lines", std::to_string(unwritten_.size())}});
    }
    close_file();
}

bool Log::collect() {
    auto queue = queue_.lock();
    const bool hurry = unflushed_ || failing_ || !room_;
    const auto wake = std::chrono::system_clock::now() +
                      (hurry ? options_.flush_interval : std::chrono::milliseconds(60'000));
    queue.wait_until(arrived_, wake, [&] { return queue->stopping || !queue->pending.empty(); });
    if (!queue->pending.empty()) {
        queue.wait_until(arrived_, std::chrono::system_clock::now() + options_.gather_interval,
                         [&] { return is_urgent(*queue); });
    }
    unwritten_.take(queue->pending);
    queue->awaited = false;
    taken_.notify_all();
    return !queue->stopping;
}

void Log::write_unwritten() {
    try {
        write_lines();
        const bool awaited = unwritten_.is_awaited();
        const bool due = std::chrono::steady_clock::now() - last_flush_ >= options_.flush_interval;
        if (unflushed_ && (awaited || due || queue_.lock()->stopping)) {
            flush();
        }
        if (failing_) {
            logger_.info("the audit log can be written again", {});
        }
        failing_ = false;
        extend_reserve();  // before anybody is answered: has_room() then holds for the next call
        unwritten_.report(true);
        unwritten_.clear();
    } catch (...) {
        if (!failing_) {
            logger_.error("the audit log cannot be written; calls are refused until it can",
                          {{"error", base::current_error_chain()}});
        }
        failing_ = true;
        room_ = false;
        unwritten_.report(false);
    }
}

/// All of unwritten_ or nothing of it.
void Log::write_lines() {
    const auto day = today();
    if (!unwritten_.empty() && (!file_ || day != day_ || size_ >= options_.max_file_bytes)) {
        close_file();
        open_file_for(day);
    }
    std::string& text = lines_;
    text.clear();
    if (text.capacity() > most_kept_bytes) {
        text.shrink_to_fit();
    }
    Link last = last_;
    unwritten_.for_each([&](std::string_view record) {
        const auto begin = text.size();
        append_chained_line(text, record, last);
        last = {last.sequence + 1, hash_of_line(std::string_view(text).substr(begin))};
        text.push_back('\n');
    });
    if (text.empty()) {
        return;
    }
    try {
        base::write_all(file_.get(), text);
    } catch (...) {
        // A part of a line would end the chain for every reader.
        static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size_)));
        throw;
    }
    size_ += text.size();
    last_ = std::move(last);
    unflushed_ = true;
}

void Log::flush() {
    if (::fdatasync(file_.get()) != 0) {
        // The kernel may have dropped what it could not write, and says so only once.
        const base::SystemError error("flush " + path_.string());
        unwritten_.drop_what_nobody_awaits();
        throw error;
    }
    auto text = link_text(last_);
    text.resize(head_bytes - 1, ' ');
    text.push_back('\n');
    base::write_exactly_at(head_.get(), text.data(), text.size(), 0);
    unflushed_ = false;
    last_flush_ = std::chrono::steady_clock::now();
}

void Log::open_file_for(const std::string& day) {
    prune(day);
    path_ = options_.folder / file_name(day, last_.sequence + 1);
    file_ = base::open_file(path_, O_WRONLY | O_APPEND | O_CREAT, 0600);
    base::sync_directory(options_.folder);
    day_ = day;
    // Not empty only when somebody else has been here: nothing of it is written over.
    size_ = std::filesystem::file_size(path_);
    reserved_end_ = size_;
}

void Log::close_file() {
    if (!file_) {
        return;
    }
    if (unflushed_) {
        flush();
    }
    static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size_)));  // frees the reserve
    file_ = base::Fd();
}

/// Removes files of days that need not be kept, oldest first, and remembers where the chain begins
/// now.
void Log::prune(const std::string& day) {
    if (options_.keep_days == 0) {
        return;
    }
    const auto oldest = base::format_iso8601(clock_.now() - std::chrono::days(options_.keep_days));
    for (const LogFile& file : log_files(options_.folder)) {
        if (file.day >= oldest.substr(0, 10) || file.day >= day) {
            return;
        }
        if (const auto tail = read_tail(file)) {
            base::write_file_atomically(pruned_file(options_.folder), link_text(tail->link) + "\n",
                                        0600);
        }
        std::filesystem::remove(file.path);
    }
}

void Log::extend_reserve() {
    const auto left = reserved_end_ - std::min(reserved_end_, size_);
    if (left >= options_.reserve_bytes / 2 && room_) {
        return;
    }
    if (::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size_),
                    static_cast<off_t>(options_.reserve_bytes)) == 0) {
        reserved_end_ = size_ + options_.reserve_bytes;
    } else if (errno == EOPNOTSUPP) {
        reserved_end_ = size_ + options_.reserve_bytes;  // this file system has no such thing
    } else if (left < options_.reserve_bytes / 4) {
        if (room_) {
            logger_.error("no space for the audit log: calls are refused until there is",
                          {{"file", path_.string()}, {"error", std::strerror(errno)}});
        }
        room_ = false;
        return;
    }
    if (!room_) {
        logger_.info("there is space for the audit log again: calls are taken", {});
    }
    room_ = true;
}

}  // namespace goldsmith::audit
