#include "disk_images/download.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>

#include "base/byte_size.h"
#include "disk_images/refusal.h"
#include "disk_images/url.h"

namespace goldsmith::disk_images {

namespace {

constexpr long kMaxRedirects = 5;
constexpr long kSlowBytesPerSecond = 1024;

using Sink = std::function<void(const char* data, std::size_t size)>;

/// One transfer; curl's callbacks find it by pointer.
struct Transfer {
    const FetchRules& rules;
    const Sink& sink;
    std::uint64_t received = 0;
    int told = -1;
    bool address_refused = false;
    std::exception_ptr failure{};  // thrown in a callback, which must not throw through C
};

std::size_t take_bytes(char* data, std::size_t, std::size_t size, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    try {
        transfer.received += size;
        if (transfer.received > transfer.rules.most_bytes) {
            throw ImageRefused("more than " +
                               base::ByteSize::bytes(transfer.rules.most_bytes).describe() +
                               " would be fetched");
        }
        transfer.sink(data, size);
        return size;
    } catch (...) {
        transfer.failure = std::current_exception();
        return 0;
    }
}

curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (!transfer.rules.allow_local_addresses && is_local_address(&address->addr)) {
        transfer.address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int tell_progress(void* user, curl_off_t all, curl_off_t done, curl_off_t, curl_off_t) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (transfer.rules.stop.stop_requested()) {
        return 1;
    }
    const int percent = all > 0 ? static_cast<int>(done * 100 / all) : 0;
    if (transfer.rules.progress && percent != transfer.told) {
        transfer.told = percent;
        try {
            transfer.rules.progress(percent);
        } catch (...) {
            transfer.failure = std::current_exception();
            return 1;
        }
    }
    return 0;
}

struct CurlDeleter {
    void operator()(CURL* curl) const { ::curl_easy_cleanup(curl); }
};

std::unique_ptr<CURL, CurlDeleter> prepare(const std::string& url, Transfer& transfer,
                                           char* error_text) {
    static const bool started = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    std::unique_ptr<CURL, CurlDeleter> curl(started ? ::curl_easy_init() : nullptr);
    if (!curl) {
        throw base::Error("libcurl cannot be started");
    }
    const auto set = [&](CURLoption option, auto value) {
        if (::curl_easy_setopt(curl.get(), option, value) != CURLE_OK) {
            throw base::Error("libcurl does not know an option that is needed");
        }
    };
    const long patience = static_cast<long>(transfer.rules.patience.count());
    set(CURLOPT_URL, url.c_str());
    const char* protocols = transfer.rules.https_only ? "https" : "http,https";
    set(CURLOPT_PROTOCOLS_STR, protocols);
    set(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "goldsmith");
    set(CURLOPT_CONNECTTIMEOUT, patience);
    set(CURLOPT_LOW_SPEED_LIMIT, kSlowBytesPerSecond);
    set(CURLOPT_LOW_SPEED_TIME, patience);
    set(CURLOPT_ERRORBUFFER, error_text);
    set(CURLOPT_WRITEFUNCTION, &take_bytes);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
    set(CURLOPT_OPENSOCKETDATA, &transfer);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &tell_progress);
    set(CURLOPT_XFERINFODATA, &transfer);
    return curl;
}

void fetch(const std::string& url, const FetchRules& rules, const Sink& sink) {
    if (!is_web_url(url)) {
        throw ImageRefused(in_quotes(shown_url(url)) + " is no http or https URL");
    }
    Transfer transfer{rules, sink};
    char error_text[CURL_ERROR_SIZE] = "";
    const auto curl = prepare(url, transfer, error_text);
    const CURLcode code = ::curl_easy_perform(curl.get());
    if (code == CURLE_OK) {
        return;
    }
    const std::string where = in_quotes(shown_url(url));
    if (transfer.failure) {
        try {
            std::rethrow_exception(transfer.failure);
        } catch (...) {
            base::throw_with_context(where + " cannot be fetched");
        }
    }
    if (rules.stop.stop_requested()) {
        throw base::Error("stopped on request");
    }
    if (transfer.address_refused) {
        throw ImageRefused(where +
                           " leads to a loopback or link-local address, which this server does "
                           "not fetch from (import_from_local_addresses in its configuration "
                           "allows it)");
    }
    throw base::Error(where + " cannot be fetched: " +
                      (error_text[0] != '\0' ? error_text : ::curl_easy_strerror(code)));
}

}  // namespace

Digest download(const std::string& url, const base::Path& target, DigestKind kind,
                const FetchRules& rules) {
    const base::Fd fd = base::open_file(target, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    Digester digester(kind);
    fetch(url, rules, [&](const char* data, std::size_t size) {
        base::write_all(fd.get(), {data, size});
        digester.update(data, size);
    });
    return digester.finish();
}

std::string download_text(const std::string& url, std::uint64_t most_bytes,
                          const FetchRules& rules) {
    FetchRules bounded = rules;
    bounded.most_bytes = most_bytes;
    bounded.progress = {};
    std::string text;
    fetch(url, bounded, [&](const char* data, std::size_t size) { text.append(data, size); });
    return text;
}

}  // namespace goldsmith::disk_images
