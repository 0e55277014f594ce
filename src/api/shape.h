// The model as data: constant tables that the generator writes (generated/<service>/*_tables.cpp)
// and that one interpreter reads (decode.h, validate.h, encode.h). Constant, thread-safe, never
// destroyed.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace goldsmith::api {

enum class Kind : std::uint8_t {
    string,
    enumeration,
    integer,
    long_integer,
    floating,
    boolean,
    timestamp,
    blob,
    list,
    map,
    structure,
};

enum class TimeFormat : std::uint8_t { iso8601, epoch_seconds, epoch_milliseconds };
enum class Where : std::uint8_t { body, path, query };
enum class Protocol : std::uint8_t { none, rest_json, json_1_1, query, ec2 };
/// How a violated constraint is worded, and which error carries it (validate.h).
enum class ViolationStyle : std::uint8_t { plain, image_builder, coral, ec2 };

struct Shape;

struct Member {
    const char* name = "";
    const Shape* shape = nullptr;
    bool required = false;
    bool token = false;  // an idempotency token
    bool loose = false;  // answers do not keep to the shape's constraints
    Where where = Where::body;
    const char* where_name = "";
    const char* query_name = "";  // empty: the protocol's default
    const char* xml_name = "";    // empty: the protocol's default
};

struct Shape {
    static constexpr double unbounded = std::numeric_limits<double>::infinity();

    const char* name = "";
    Kind kind = Kind::string;
    TimeFormat time_format = TimeFormat::iso8601;
    // Bounds of the length in characters, of the value, or of the number of items.
    double low = -unbounded;
    double high = unbounded;
    const char* pattern = "";
    std::span<const char* const> values{};
    std::span<const Member> members{};
    const Shape* element = nullptr;  // of a list; the value of a map
    const Shape* key = nullptr;      // of a map
};

struct ErrorShape {
    const char* code;
    int http_status;
};

/// A further action that an operation needs: on what its template makes, if the member is given.
struct DependentAction {
    const char* action;
    const char* resource;
    const char* member;  // empty: always
};

/// A condition key whose values are those of an input member. A key that ends in '/' is a family of
/// keys, one for each entry of a map or list of tags.
struct MemberKey {
    const char* key;
    const char* member;
};

/// A member that hands over a role, or an instance profile with one: needs iam:PassRole.
struct PassedRole {
    const char* member;
    bool is_profile;
    const char* service;  // that will assume the role
};

/// What a caller must be allowed to do before the handler runs; demands.h reads it.
struct Authorization {
    std::span<const char* const> resources{};  // templates of ARNs; none: "*"
    std::span<const DependentAction> also{};
    std::span<const MemberKey> keys{};
    std::span<const PassedRole> passes{};
    bool unchecked = false;  // everybody who has signed may do it
};

struct Operation {
    const char* name = "";
    const char* method = "";
    const char* path = "";
    const char* family = "";
    const Shape* input = nullptr;
    const Shape* output = nullptr;
    std::span<const ErrorShape* const> errors{};
    const ErrorShape* violation = nullptr;  // null: the service's own
    const char* pages = "";  // the output member that holds a page's items; empty: not paged
    const Authorization* authorization = nullptr;  // null: the operation's action on "*"
};

struct Service {
    const char* name;
    const char* version;
    const char* signing;
    const char* target;  // prefix of X-Amz-Target
    const char* xmlns;
    Protocol protocol;
    ViolationStyle violations;
    std::span<const Operation* const> operations;
    std::span<const ErrorShape* const> errors;
    std::span<const Shape* const> shapes;
};

/// The member's name in a request of that protocol.
const char* request_name(const Member& member, Protocol protocol);

const Member* find_member(const Shape& structure, const char* name);

}  // namespace goldsmith::api
