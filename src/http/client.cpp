#include "http/client.h"

#include "base/error.h"

#include <curl/curl.h>
#include <sys/socket.h>
#include <mutex>

namespace goldsmith::http {
namespace {

void initialise_curl_once() {
    static std::once_flag done;
    std::call_once(done, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

struct HandleCloser {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListCloser {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListCloser>;

void append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc();
    }
    static_cast<void>(list.release());
    list.reset(longer);
}

// An answer while it arrives.
struct Arriving {
    Response response;
    std::size_t limit;
    bool too_large = false;
};

std::size_t on_body(const char* data, std::size_t size, std::size_t count, void* target) {
    auto& arriving = *static_cast<Arriving*>(target);
    const std::size_t bytes = size * count;
    arriving.too_large = arriving.response.body.size() + bytes > arriving.limit;
    if (arriving.too_large) {
        return 0;
    }
    arriving.response.body.append(data, bytes);
    return bytes;
}

std::size_t on_header(const char* data, std::size_t size, std::size_t count, void* target) {
    auto& arriving = *static_cast<Arriving*>(target);
    const std::string_view line(data, size * count);
    const auto colon = line.find(':');
    if (line.starts_with("HTTP/")) {
        arriving.response.headers = {};  // the final answer follows an interim one
    } else if (colon != std::string_view::npos) {
        arriving.response.headers.add(std::string(trimmed(line.substr(0, colon))),
                                      std::string(trimmed(line.substr(colon + 1))));
    }
    return line.size();
}

// Opens the socket of a connection, or not.
curl_socket_t open_socket(void* may_connect, curlsocktype, curl_sockaddr* address) {
    const auto& allowed = *static_cast<const std::function<bool(const sockaddr*)>*>(may_connect);
    if (!allowed(&address->addr)) {
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

// "127.0.0.1:8080" of "http://127.0.0.1:8080/": what curl will send as Host.
std::string host_of(std::string_view endpoint) {
    const auto scheme = endpoint.find("://");
    const bool https = endpoint.starts_with("https://");
    std::string_view rest =
        scheme == std::string_view::npos ? endpoint : endpoint.substr(scheme + 3);
    rest = rest.substr(0, rest.find('/'));
    const std::string_view standard = https ? ":443" : ":80";
    if (rest.ends_with(standard)) {
        rest.remove_suffix(standard.size());
    }
    return std::string(rest);
}

}  // namespace

class Client::Impl {
public:
    Impl(ClientOptions options, const base::Clock* clock)
        : options_(std::move(options)),
          clock_(clock ? *clock : system_clock_),
          host_(host_of(options_.endpoint)) {
        initialise_curl_once();
        while (options_.endpoint.ends_with('/')) {
            options_.endpoint.pop_back();
        }
        handle_.reset(curl_easy_init());
        if (!handle_) {
            throw base::Error("start libcurl");
        }
    }

    Response call(std::string_view service, std::string_view region, Request request) {
        request.headers.set("Host", host_);
        if (options_.credentials) {
            sign(request, *options_.credentials, region, service, clock_.now());
        }
        return perform(request);
    }

private:
    Response perform(const Request& request);
    void configure(const Request& request, const std::string& url, curl_slist* lines,
                   Arriving& arriving);

    ClientOptions options_;
    const base::SystemClock system_clock_;
    const base::Clock& clock_;
    std::string host_;
    std::unique_ptr<CURL, HandleCloser> handle_;
};

void Client::Impl::configure(const Request& request, const std::string& url, curl_slist* lines,
                             Arriving& arriving) {
    CURL* handle = handle_.get();
    curl_easy_reset(handle);  // options only; the connection stays
    curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
    curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options_.connect_timeout.count()));
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    if (options_.may_connect) {
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open_socket);
        curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, &options_.may_connect);
    }
    if (!options_.ca_file.empty()) {
        curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
    }
    if (!options_.pinned_public_key.empty()) {
        curl_easy_setopt(handle, CURLOPT_PINNEDPUBLICKEY, options_.pinned_public_key.c_str());
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);  // the pin decides alone
        curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
    if (request.method == "HEAD") {
        curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
    } else if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &arriving);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &arriving);
}

Response Client::Impl::perform(const Request& request) {
    List lines;
    for (const auto& [name, value] : request.headers) {
        append(lines, value.empty() ? name + ";" : name + ": " + value);
    }
    for (const char* name : {"Expect", "Content-Type", "Accept"}) {
        if (!request.headers.contains(name)) {
            append(lines, std::string(name) + ":");  // curl would add its own
        }
    }
    Arriving arriving{{}, options_.max_answer_bytes};
    const std::string url = options_.endpoint + request.target;
    configure(request, url, lines.get(), arriving);
    const CURLcode result = curl_easy_perform(handle_.get());
    if (arriving.too_large) {
        throw base::Error(request.method + " " + url + ": the answer is larger than " +
                          std::to_string(options_.max_answer_bytes) + " bytes");
    }
    if (result != CURLE_OK) {
        throw base::Error(request.method + " " + url + ": " + curl_easy_strerror(result));
    }
    long status = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    arriving.response.status = static_cast<int>(status);
    return std::move(arriving.response);
}

Client::Client(ClientOptions options)
    : impl_(std::make_unique<Impl>(std::move(options), nullptr)) {}
Client::Client(ClientOptions options, const base::Clock& clock)
    : impl_(std::make_unique<Impl>(std::move(options), &clock)) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Response Client::call(std::string_view service, std::string_view region, std::string_view method,
                      std::string_view target, const Headers& headers, std::string_view body) {
    Request request;
    request.method = method;
    set_target(request, std::string(target));
    request.headers = headers;
    request.body = body;
    return impl_->call(service, region, std::move(request));
}

}  // namespace goldsmith::http
