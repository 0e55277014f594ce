// check_exchanges: holds recorded exchanges with the Image Builder API (recording_proxy.py) against
// the model: every request decodes and keeps every constraint unless it was refused, every answer
// has the shape of its operation, every error is one that the model knows, with its status. Says
// which operations of the model were answered with success.
//
// usage: check_exchanges FILE [OPERATION...]   the operations that need not have succeeded

#include <boost/json.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>

#include "api/decode.h"
#include "api/endpoint.h"
#include "api/generated/imagebuilder/dispatch.h"
#include "api/validate.h"
#include "api/violation.h"
#include "base/encoding.h"

namespace {

namespace api = goldsmith::api;
namespace json = boost::json;

struct Exchange {
    api::WireRequest request;
    std::string request_body, response_body, error_type;
    int status = 0;
};

std::vector<std::pair<std::string, std::string>> pairs(const json::value& list) {
    std::vector<std::pair<std::string, std::string>> result;
    for (const auto& pair : list.as_array()) {
        result.emplace_back(pair.as_array()[0].as_string(), pair.as_array()[1].as_string());
    }
    return result;
}

Exchange exchange_of(const json::object& line) {
    Exchange exchange;
    exchange.request.method = line.at("method").as_string();
    for (const auto& segment : line.at("path").as_array()) {
        exchange.request.path.emplace_back(segment.as_string());
    }
    exchange.request.query = pairs(line.at("query"));
    exchange.request_body = line.at("requestBody").as_string();
    exchange.response_body = line.at("responseBody").as_string();
    exchange.error_type = line.at("errorType").as_string();
    exchange.status = static_cast<int>(line.at("status").as_int64());
    return exchange;
}

class Checker {
public:
    explicit Checker(const api::Endpoint& endpoint) : endpoint_(endpoint) {}

    void check(const Exchange& exchange) {
        const api::Operation* operation = endpoint_.find(exchange.request);
        if (operation == nullptr) {
            return problem("?", exchange, "no operation of the model");
        }
        ++checked_;
        check_request(*operation, exchange);
        if (exchange.status == 200) {
            check_answer(*operation, exchange);
        } else {
            check_error(*operation, exchange);
        }
    }

    /// The number of problems, after what was seen is printed.
    int report(const std::set<std::string>& excused) {
        for (const auto* operation : endpoint_.service().operations) {
            const std::string name = operation->name;
            if (!seen_.contains(name)) {
                complain(name + ": was never called");
            } else if (!succeeded_.contains(name) && !excused.contains(name)) {
                complain(name + ": never succeeded");
            }
        }
        std::printf("%d exchanges, %zu operations, %zu of them with success, %d problems\n",
                    checked_, seen_.size(), succeeded_.size(), problems_);
        return problems_;
    }

private:
    void complain(const std::string& text) {
        std::printf("%s\n", text.c_str());
        ++problems_;
    }

    void problem(const std::string& operation, const Exchange& exchange, const std::string& what) {
        complain(operation + " (" + std::to_string(exchange.status) + "): " + what + "\n    " +
                 exchange.request_body.substr(0, 300) + "\n    " +
                 exchange.response_body.substr(0, 300));
    }

    void check_request(const api::Operation& operation, const Exchange& exchange) {
        seen_.insert(operation.name);
        try {
            const auto input = exchange.request_body.empty() ? json::value(nullptr)
                                                             : json::parse(exchange.request_body);
            const auto tree =
                api::decode_input(endpoint_.service(), operation, exchange.request, input);
            api::validate(*operation.input, tree, endpoint_.service().protocol);
        } catch (const std::exception& error) {
            if (exchange.status == 200) {
                problem(operation.name, exchange,
                        std::string("a request that breaks the model was taken: ") + error.what());
            }
        }
    }

    void check_answer(const api::Operation& operation, const Exchange& exchange) {
        succeeded_.insert(operation.name);
        const auto answer = json::parse(exchange.response_body);
        for (const auto& wrong : api::check_output(endpoint_.service(), operation, answer)) {
            problem(operation.name, exchange, wrong);
        }
    }

    void check_error(const api::Operation& operation, const Exchange& exchange) {
        if (exchange.status >= 500) {
            problem(operation.name, exchange, "a fault of the server");
        }
        const auto answer = json::parse(exchange.response_body);
        if (!answer.is_object() || !answer.get_object().contains("message")) {
            problem(operation.name, exchange, "an error without a message");
        }
        for (const auto* error : endpoint_.service().errors) {
            if (error->code == exchange.error_type && error->http_status == exchange.status) {
                return;
            }
        }
        problem(operation.name, exchange,
                "'" + exchange.error_type + "' with this status is no error of the model");
    }

    const api::Endpoint& endpoint_;
    std::set<std::string> seen_, succeeded_;
    int checked_ = 0;
    int problems_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fputs("usage: check_exchanges FILE [OPERATION...]\n", stderr);
        return 2;
    }
    const auto endpoint = api::imagebuilder::make_endpoint({});
    Checker checker(*endpoint);
    std::ifstream file(argv[1]);
    for (std::string line; std::getline(file, line);) {
        checker.check(exchange_of(json::parse(line).as_object()));
    }
    return checker.report({argv + 2, argv + argc}) == 0 ? 0 : 1;
}
