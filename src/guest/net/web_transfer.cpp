#include "guest/net/web_transfer.h"

namespace goldsmith::guest {
namespace {

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// `user_info` is meant for `origin` only.
HttpRequest request_for(const Url& url) {
    HttpRequest request;
    request.url = url;
    request.headers = {{"User-Agent", "toe"}, {"Accept", "*/*"}, {"Accept-Encoding", "identity"}};
    if (!url.user_info.empty()) {
        request.headers.emplace_back("Authorization", basic_authorization(url.user_info));
    }
    return request;
}

}  // namespace

Url redirect_target(const Url& from, std::string_view location, bool may_leave_tls) {
    if (location.empty()) {
        throw RemoteFailure(from.shown() + " redirects without saying where to");
    }
    Url to;
    try {
        to = resolve_reference(from, location);
    } catch (const UrlError& error) {
        throw RemoteFailure(from.shown() + " redirects to something unusable: " + error.what());
    }
    if (from.tls && !to.tls && !may_leave_tls) {
        throw RemoteFailure(
            from.shown() + " redirects to " + to.origin() +
            ", which is not encrypted; give 'checksum' and 'algorithm' to allow it");
    }
    if (to.origin() == from.origin() && to.user_info.empty()) {
        to.user_info = from.user_info;
    } else if (to.origin() != from.origin()) {
        to.user_info.clear();
    }
    return to;
}

HttpAnswer WebTransfer::attempt(const Url& first, const WebSource& source, ByteTarget& target,
                                const Patience& patience) {
    ExchangeOptions options;
    options.connection = settings_.connection;
    options.verify_certificates = !source.ignore_certificate_errors;
    options.choose_sink = [&target](const HttpAnswer& head) -> BodySink {
        if (head.status != 200) {
            return {};
        }
        return [&target](std::string_view piece) { target.write(piece); };
    };
    Url url = first;
    for (int redirects = 0;; ++redirects) {
        HttpAnswer answer = client_.exchange(request_for(url), options, patience);
        if (!is_redirect(answer.status)) {
            return answer;
        }
        if (redirects == most_redirects) {
            throw RemoteFailure(first.shown() + " redirects more than " +
                                std::to_string(most_redirects) + " times");
        }
        url = redirect_target(url, answer.header("Location"), source.may_leave_tls);
    }
}

void WebTransfer::download(const WebSource& source, ByteTarget& target, const TransferNote& note,
                           const Patience& patience) {
    Url url;
    try {
        url = parse_url(source.url);
    } catch (const UrlError& error) {
        throw RemoteFailure(std::string("'source' is not usable: ") + error.what());
    }
    base::SystemRandom random;
    RetryPlan plan(settings_.retry, random);
    for (;;) {
        std::string problem;
        std::optional<std::chrono::seconds> retry_after;
        try {
            target.restart();
            const HttpAnswer answer = attempt(url, source, target, patience);
            if (answer.status == 200) {
                return;
            }
            problem = url.shown() + " answers with status " + std::to_string(answer.status) +
                      (answer.reason.empty() ? "" : " " + answer.reason);
            if (!is_transient_status(answer.status)) {
                throw RemoteFailure(problem);
            }
            retry_after = parse_retry_after(answer.header("Retry-After"), clock_.now());
        } catch (const ConnectionFailure& failure) {
            problem = base::error_chain(failure);
        } catch (const ProtocolFailure& failure) {
            throw RemoteFailure("the download of " + url.shown() + " failed: " + failure.what());
        } catch (const UrlError& error) {
            throw RemoteFailure("the proxy for " + url.shown() + " is not usable: " + error.what());
        }
        const auto delay = plan.next_delay(retry_after);
        if (!delay) {
            throw RemoteFailure("the download of " + url.shown() + " failed after " +
                                std::to_string(plan.failed_attempts()) + " attempts: " + problem);
        }
        if (note) {
            note("attempt " + std::to_string(plan.failed_attempts()) + " failed: " + problem);
        }
        patience.sleep(*delay);
    }
}

}  // namespace goldsmith::guest
