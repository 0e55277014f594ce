#include "http/form_call.h"
#include "http/protocol.h"
#include "http/xml_writer.h"

#include <boost/json.hpp>

namespace goldsmith::http {
namespace {

// <OpResponse><requestId>..</requestId>members at the top level</OpResponse>
class Ec2 final : public Protocol {
public:
    explicit Ec2(std::string xml_namespace) : xml_namespace_(std::move(xml_namespace)) {}

    std::optional<Failure> decode(const Request& request, Call& call) const override {
        return read_form_call(request, call);
    }

    Response encode(const Call& call, const Success& success) const override {
        std::string out = "<" + call.operation + "Response xmlns=\"";
        append_xml_text(out, xml_namespace_);
        out += "\">";
        append_xml_element(out, "requestId", boost::json::string(call.request_id));
        if (const auto* members = success.output.if_object()) {
            append_xml_members(out, *members);
        }
        out += "</" + call.operation + "Response>";
        return xml_response(call, success.status, success.headers, out);
    }

    Response encode(const Call& call, const Failure& failure) const override {
        std::string out = "<Response><Errors><Error>";
        append_xml_element(out, "Code", boost::json::string(failure.code));
        append_xml_element(out, "Message", boost::json::string(failure.message));
        append_xml_members(out, failure.members);
        out += "</Error></Errors>";
        append_xml_element(out, "RequestID", boost::json::string(call.request_id));
        out += "</Response>";
        return xml_response(call, failure.status, {}, out);
    }

    Dialect dialect() const override { return Dialect::ec2; }

private:
    std::string xml_namespace_;
};

}  // namespace

std::shared_ptr<const Protocol> ec2_protocol(std::string xml_namespace) {
    return std::make_shared<Ec2>(std::move(xml_namespace));
}

}  // namespace goldsmith::http
