#include "service/imagebuilder/parent_image.h"

#include <algorithm>

#include "api/generated/imagebuilder/errors.h"
#include "api/generated/imagebuilder/images_json.h"
#include "service/body.h"
#include "service/imagebuilder/references.h"
#include "service/ssm/parameter_lookup.h"
#include "state/amis.h"
#include "state/images.h"
#include "state/parameters.h"

namespace goldsmith::service::imagebuilder {

namespace ib = api::imagebuilder;

namespace {

/// Whose message names the parameter when it is known.
struct BadParent {
    std::string text, why;
};

[[noreturn]] void throw_bad_parent(const std::string& text, const std::string& why) {
    throw BadParent{text, why};
}

ParentImage from_ami(db::Connection& connection, const api::CallContext& context,
                     const std::string& text) {
    const auto ami = state::find_ami(connection, context.region, text);
    if (!ami || !state::may_launch(*ami, context.account)) {
        throw_bad_parent(text, "is not an AMI in " + context.region + ".");
    }
    if (ami->state != "available") {
        throw_bad_parent(text, "is " + ami->state + ": only an AMI that is available can be used.");
    }
    return {.kind = ParentImage::Kind::ami,
            .reference = text,
            .ami_id = text,
            .platform = ami->platform_details.starts_with("Windows") ? ib::Platform::windows
                                                                     : ib::Platform::linux_};
}

bool is_of_caller(const std::string& reference, const api::CallContext& context) {
    return !reference.starts_with("arn:") ||
           reference.starts_with("arn:aws:ssm:" + context.region + ":" + context.account +
                                 ":parameter/");
}

/// "ssm:" and a parameter's name or ARN, with or without a version. Its value is not told to
/// anybody unless it is an AMI id: who names a parameter here need not be allowed to read it.
ParentImage from_parameter(db::Connection& connection, const api::CallContext& context,
                           const std::string& text) {
    const std::string named = text.substr(std::string_view("ssm:").size());
    if (!is_of_caller(named, context)) {
        throw_bad_parent(text, "is no parameter of this account in " + context.region + ".");
    }
    const state::Scope scope{context.account, context.region};
    const auto reference = ssm::parse_reference(named);
    auto parameter = state::find_parameter(connection, scope, reference.name);
    if (!parameter && named.starts_with("arn:") && !reference.name.starts_with('/')) {
        // "name" and "/name" have the same ARN.
        parameter = state::find_parameter(connection, scope, "/" + reference.name);
    }
    const auto version =
        parameter ? ssm::find_version(connection, *parameter, reference) : std::nullopt;
    if (!version) {
        throw_bad_parent(text, "cannot be read: there is no " +
                                   (parameter && reference.selector.size() > 1
                                        ? "version " + reference.selector.substr(1) + " of "
                                        : std::string()) +
                                   "parameter '" + reference.name + "' in " + context.region +
                                   ". Put an AMI id into it with 'aws ssm put-parameter'.");
    }
    if (parameter->type != "String" || !version->value.starts_with("ami-")) {
        throw_bad_parent(text,
                         "holds no AMI id: the parameter must be a String whose value is "
                         "one.");
    }
    return from_ami(connection, context, version->value);
}

std::string ami_in_region(const state::ImageRow& image, const std::string& region) {
    if (image.output_resources) {
        const auto outputs = from_body<ib::OutputResources>(*image.output_resources);
        for (const ib::Ami& ami : outputs.amis.value_or(std::vector<ib::Ami>{})) {
            if (ami.region == region) {
                return ami.image.value_or("");
            }
        }
    }
    return {};
}

ParentImage from_managed(const Dependencies& dependencies, db::Connection& connection,
                         const api::CallContext& context, const api::Arn& arn) {
    ParentImage parent{.kind = ParentImage::Kind::managed,
                       .reference = arn.text(),
                       .managed_name = arn.slug,
                       .managed_version = arn.version,
                       .source = ib::ImageSource::amazon_managed};
    const auto& offers = dependencies.managed_images;
    const auto offer = std::find_if(offers.begin(), offers.end(),
                                    [&](const auto& one) { return one.name == arn.slug; });
    const auto row = resolve(connection, state::image_versions(), context, arn);
    if (row) {
        const auto image = state::with_image_state(connection, *row);
        parent.managed_version = row->version.semantic_text();
        parent.reference =
            arn.with_version(parent.managed_version).with_build(row->version.build).text();
        parent.ami_id = ami_in_region(image, context.region);
        parent.os_version = image.os_version.value_or("");
        parent.platform = from_body<ib::Image>(row->body).platform.value_or(ib::Platform::linux_);
        return parent;
    }
    if (offer == offers.end() || !arn.is_wildcard()) {
        throw_not_found(arn.text());
    }
    parent.os_version = offer->os_version;
    from_string(offer->platform, parent.platform);
    return parent;
}

bool usable(const state::ImageRow& image) {
    return image.status == "AVAILABLE" || image.status == "DEPRECATED";
}

ParentImage from_own_image(db::Connection& connection, const api::CallContext& context,
                           const api::Arn& arn, ParentUse use) {
    const auto row =
        resolve(connection, state::image_versions(), context, arn, [&](const auto& candidate) {
            return use == ParentUse::recipe ||
                   usable(state::with_image_state(connection, candidate));
        });
    if (!row) {
        if (use == ParentUse::build && resolve(connection, state::image_versions(), context, arn)) {
            throw_bad_parent(arn.text(), "has no build that is AVAILABLE.");
        }
        throw_not_found(arn.text());
    }
    const auto image = state::with_image_state(connection, *row);
    const auto body = from_body<ib::Image>(row->body);
    ParentImage parent{.kind = ParentImage::Kind::ami,
                       .reference = body.arn.value(),
                       .ami_id = ami_in_region(image, context.region),
                       .os_version = image.os_version.value_or(""),
                       .platform = body.platform.value_or(ib::Platform::linux_),
                       .source = body.image_source.value_or(ib::ImageSource::custom)};
    if (body.type == ib::ImageType::docker) {
        throw_bad_parent(arn.text(), "is a container image: an image recipe needs an AMI.");
    }
    if (use == ParentUse::build && parent.ami_id.empty()) {
        throw_bad_parent(arn.text(), "has no AMI in " + context.region + ".");
    }
    return parent;
}

ParentImage find_parent(const Dependencies& dependencies, db::Connection& connection,
                        const api::CallContext& context, const std::string& parent_image,
                        ParentUse use) {
    if (parent_image.starts_with("ami-")) {
        return from_ami(connection, context, parent_image);
    }
    if (parent_image.starts_with("ssm:")) {
        return from_parameter(connection, context, parent_image);
    }
    const auto arn = api::Arn::parse(parent_image);
    if (!arn || arn->type != api::ResourceType::image || arn->version.empty()) {
        throw_bad_parent(
            parent_image,
            "is neither an AMI id nor the ARN of an image nor 'ssm:' and the name of a "
            "parameter.");
    }
    return arn->owner == "aws" ? from_managed(dependencies, connection, context, *arn)
                               : from_own_image(connection, context, *arn, use);
}

}  // namespace

ParentImage resolve_parent(const Dependencies& dependencies, db::Connection& connection,
                           const api::CallContext& context, const std::string& parent_image,
                           ParentUse use, std::string_view parameter) {
    try {
        return find_parent(dependencies, connection, context, parent_image, use);
    } catch (const BadParent& bad) {
        throw ib::InvalidParameterValueException("The value supplied for parameter '" +
                                                 std::string(parameter) + "' is not valid. '" +
                                                 bad.text + "' " + bad.why);
    }
}

}  // namespace goldsmith::service::imagebuilder
