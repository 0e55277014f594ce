#include "http/message.h"

namespace goldsmith::http {

void set_target(Request& request, std::string target) {
    std::string_view rest = target;
    if (const auto scheme = rest.find("://");
        !rest.starts_with('/') && scheme != std::string::npos) {
        rest.remove_prefix(scheme + 3);
        const auto end = rest.find_first_of("/?");
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end);
    }
    rest = rest.substr(0, rest.find('#'));
    const auto question = rest.find('?');
    request.raw_path = rest.substr(0, question);
    request.raw_query = question == std::string_view::npos ? "" : rest.substr(question + 1);
    if (!request.raw_path.starts_with('/')) {
        request.raw_path.insert(0, "/");
    }
    request.target = std::move(target);
}

}  // namespace goldsmith::http
