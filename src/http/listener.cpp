#include "http/listener.h"

#include "base/error.h"
#include "base/guarded.h"
#include "http/session.h"
#include "http/tls.h"
#include "http/worker_threads.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <condition_variable>
#include <map>
#include <thread>
#include <vector>

namespace goldsmith::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

using UserTimeout = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;

constexpr std::chrono::milliseconds kRetryAccept{100};
// A client has this long to send a request's head before it can lose its place to another.
constexpr std::chrono::milliseconds kOwnTime{250};

void close_on_exec(int fd) {
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

Response plain_refusal(const Request&, const Refusal& refusal) {
    return {
        refusal.status, {{"Content-Type", "text/plain; charset=utf-8"}}, refusal.message + "\n"};
}

tcp::endpoint resolve(asio::io_context& io, const std::string& host, std::uint16_t port) {
    boost::system::error_code error;
    tcp::resolver resolver(io);
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error || found.empty()) {
        throw base::Error("listen on " + host + ":" + std::to_string(port) +
                          ": cannot resolve the host: " + error.message());
    }
    return found.begin()->endpoint();
}

tcp::acceptor open_acceptor(asio::io_context& io, const ListenOptions& options) {
    const auto endpoint = resolve(io, options.host, options.port);
    try {
        tcp::acceptor acceptor(asio::make_strand(io));
        acceptor.open(endpoint.protocol());
        close_on_exec(acceptor.native_handle());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
        acceptor.listen(asio::socket_base::max_listen_connections);
        return acceptor;
    } catch (const boost::system::system_error& error) {
        throw base::SystemError("listen on " + options.host + ":" + std::to_string(options.port),
                                error.code().value());
    }
}

// What escapes a session is a lack of memory: that session ends, the others go on.
void run_until_stopped(asio::io_context& context) {
    while (true) {
        try {
            context.run();
            return;
        } catch (const std::exception&) {
        }
    }
}

}  // namespace

class Listener::Impl final : public SessionHost,
                             public std::enable_shared_from_this<Listener::Impl> {
public:
    Impl(ListenOptions options, Handler handler, RefusalHandler refuse)
        : options_(std::move(options)),
          handler_(std::move(handler)),
          refuse_(refuse ? std::move(refuse) : plain_refusal),
          tls_(options_.tls ? make_tls_context(*options_.tls) : nullptr),
          io_guard_(asio::make_work_guard(*io_)),
          acceptor_(open_acceptor(*io_, options_)),
          retry_(acceptor_->get_executor()),
          bound_(acceptor_->local_endpoint()),
          workers_(std::in_place, options_.worker_threads, "http-work-") {}

    ~Impl() override = default;

    void start() {
        asio::dispatch(acceptor_->get_executor(), [self = shared_from_this()] { self->accept(); });
        run_io();
    }

    void stop();
    void reload_tls();
    const tcp::endpoint& bound() const { return bound_; }
    std::string scheme() const { return options_.tls ? "https://" : "http://"; }

    const ListenOptions& options() const override { return options_; }
    bool stopping() const override { return stopping_; }
    void work(std::function<void()> task) override { workers_->post(std::move(task)); }
    Response respond(const Request& request) override;
    Response refuse(const Request& request, const Refusal& refusal) override {
        return refuse_(request, refusal);
    }
    void session_ended(std::uint64_t id) override;

private:
    struct Open {
        std::weak_ptr<Session> session;
        asio::ip::address address;
    };
    struct Sessions {
        std::map<std::uint64_t, Open> open;
        std::map<asio::ip::address, std::size_t> of_address;
        std::uint64_t next_id = 1;
        bool full = false;  // accepting waits for a session to end
    };

    void run_io();
    void accept();
    void accept_later();
    void on_accept(boost::system::error_code error, tcp::socket socket);
    bool make_room();
    std::shared_ptr<Session> add_session(tcp::socket socket);
    std::vector<std::shared_ptr<Session>> live_sessions();

    const ListenOptions options_;
    const Handler handler_;
    const RefusalHandler refuse_;
    base::Guarded<std::shared_ptr<asio::ssl::context>> tls_;
    std::atomic<bool> stopping_ = false;
    std::optional<asio::io_context> io_{std::in_place};
    asio::executor_work_guard<asio::io_context::executor_type> io_guard_;
    std::optional<tcp::acceptor> acceptor_;
    bool accepting_ = false;  // on the acceptor's strand
    std::optional<asio::steady_timer> retry_;
    const tcp::endpoint bound_;
    std::condition_variable ended_;
    base::Guarded<Sessions> sessions_;
    std::optional<WorkerThreads> workers_;
    std::vector<std::thread> io_threads_;
};

void Listener::Impl::run_io() {
    for (std::size_t i = 0; i < std::max<std::size_t>(options_.io_threads, 1); ++i) {
        io_threads_.emplace_back([this] { run_until_stopped(*io_); });
        pthread_setname_np(io_threads_.back().native_handle(),
                           ("http-io-" + std::to_string(i)).c_str());
    }
}

void Listener::Impl::accept() {
    if (stopping_ || accepting_) {
        return;
    }
    if (!make_room()) {
        return accept_later();  // or when a session has ended
    }
    accepting_ = true;
    acceptor_->async_accept(
        asio::make_strand(*io_),
        [self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
            self->on_accept(error, std::move(socket));
        });
}

// Closes the session that waited longest for its client when the limit is reached. False: accepting
// goes on when a session has ended.
bool Listener::Impl::make_room() {
    {
        auto sessions = sessions_.lock();
        sessions->full = sessions->open.size() >= options_.max_connections;
        if (!sessions->full) {
            return true;
        }
    }
    std::shared_ptr<Session> longest;
    auto since = std::chrono::steady_clock::now() - kOwnTime;
    for (const auto& session : live_sessions()) {
        if (const auto waiting = session->waiting_since(); waiting && *waiting < since) {
            since = *waiting;
            longest = session;
        }
    }
    if (longest) {
        longest->close_if_waiting();
    }
    return false;
}

void Listener::Impl::accept_later() {
    retry_->expires_after(kRetryAccept);
    retry_->async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error) {
            self->accept();
        }
    });
}

void Listener::Impl::on_accept(boost::system::error_code error, tcp::socket socket) {
    accepting_ = false;
    if (stopping_) {
        return;
    }
    if (error) {  // out of descriptors, or the client has left already
        return accept_later();
    }
    close_on_exec(socket.native_handle());
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    // For a client that does not read, the kernel would go on holding the answer after we gave up.
    socket.set_option(UserTimeout(static_cast<int>(options_.write_timeout.count())), ignored);
    if (const auto session = add_session(std::move(socket))) {
        session->start();
    }
    accept();
}

// Null, and the socket closed, when its address has enough connections or has left already.
std::shared_ptr<Session> Listener::Impl::add_session(tcp::socket socket) {
    boost::system::error_code error;
    const auto address = socket.remote_endpoint(error).address();
    const auto tls = *tls_.lock();
    std::shared_ptr<Session> session;  // its destructor takes the lock below
    auto sessions = sessions_.lock();
    auto& of_address = sessions->of_address[address];
    if (options_.max_connections_per_address != 0 &&
        of_address >= options_.max_connections_per_address) {
        return nullptr;
    }
    ++of_address;
    const auto id = sessions->next_id++;
    session = std::make_shared<Session>(id, std::move(socket), tls, shared_from_this());
    sessions->open.emplace(id, Open{session, address});
    return session;
}

void Listener::Impl::session_ended(std::uint64_t id) {
    bool was_full = false;
    {
        auto sessions = sessions_.lock();
        if (const auto ended = sessions->open.find(id); ended != sessions->open.end()) {
            const auto of_address = sessions->of_address.find(ended->second.address);
            if (--of_address->second == 0) {
                sessions->of_address.erase(of_address);
            }
            sessions->open.erase(ended);
        }
        was_full = std::exchange(sessions->full, false);
    }
    ended_.notify_all();
    if (was_full && !stopping_) {
        asio::post(acceptor_->get_executor(), [self = shared_from_this()] { self->accept(); });
    }
}

Response Listener::Impl::respond(const Request& request) {
    try {
        return handler_(request);
    } catch (const std::exception&) {
        return {500, {{"Content-Type", "text/plain; charset=utf-8"}}, "internal error\n"};
    }
}

std::vector<std::shared_ptr<Session>> Listener::Impl::live_sessions() {
    std::vector<std::shared_ptr<Session>> live;
    auto sessions = sessions_.lock();
    for (const auto& [id, open] : sessions->open) {
        if (auto session = open.session.lock()) {
            live.push_back(std::move(session));
        }
    }
    return live;
}

void Listener::Impl::reload_tls() {
    if (options_.tls) {
        auto context = make_tls_context(*options_.tls);
        *tls_.lock() = std::move(context);
    }
}

void Listener::Impl::stop() {
    if (stopping_.exchange(true)) {
        return;
    }
    asio::post(acceptor_->get_executor(), [self = shared_from_this()] {
        boost::system::error_code ignored;
        self->acceptor_->close(ignored);
        self->retry_->cancel();
    });
    for (const auto& session : live_sessions()) {
        session->close_unless_answering();
    }
    const auto deadline = std::chrono::steady_clock::now() + options_.stop_timeout;
    {
        auto sessions = sessions_.lock();
        sessions.wait_until(ended_, deadline, [&] { return sessions->open.empty(); });
    }
    for (const auto& session : live_sessions()) {
        session->close();
    }
    io_guard_.reset();
    io_->stop();
    for (auto& thread : io_threads_) {
        thread.join();
    }
    // What is still queued refers to this object; it goes before the sockets' service does.
    workers_.reset();
    retry_.reset();
    acceptor_.reset();
    io_.reset();
}

Listener::Listener(ListenOptions options, Handler handler, RefusalHandler refuse)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(handler), std::move(refuse))) {
    impl_->start();
}

Listener::~Listener() {
    stop();
}

std::uint16_t Listener::port() const {
    return impl_->bound().port();
}

std::string Listener::url() const {
    const auto address = impl_->bound().address();
    const auto host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    return impl_->scheme() + host + ":" + std::to_string(port());
}

void Listener::reload_tls() {
    impl_->reload_tls();
}

void Listener::stop() {
    impl_->stop();
}

}  // namespace goldsmith::http
