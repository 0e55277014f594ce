#include "objects/key_walk.h"

#include <algorithm>

namespace goldsmith::objects {

namespace {

constexpr int batch = 256;

/// The first text that is behind every text with this prefix; nothing when there is none.
std::optional<std::string> behind_prefix(std::string prefix) {
    while (!prefix.empty()) {
        auto& last = reinterpret_cast<unsigned char&>(prefix.back());
        if (last != 0xFF) {
            ++last;
            return prefix;
        }
        prefix.pop_back();
    }
    return std::nullopt;
}

class Walk {
public:
    Walk(const ListRequest& request, const KeysFrom& keys_from)
        : request_(request), keys_from_(keys_from), from_(std::max(request.prefix, request.after)) {
        if (const auto common = common_prefix_of(request.after);
            common && *common == request.after) {
            skip(*common);
        }
    }

    Listing page() && {
        while (!done_ && request_.limit > 0) {
            read_batch();
        }
        return std::move(listing_);
    }

private:
    /// The common prefix under which a key is listed; nothing when it is listed itself.
    std::optional<std::string> common_prefix_of(const std::string& key) const {
        if (request_.delimiter.empty() || !key.starts_with(request_.prefix)) {
            return std::nullopt;
        }
        const auto at = key.find(request_.delimiter, request_.prefix.size());
        return at == std::string::npos
                   ? std::nullopt
                   : std::optional(key.substr(0, at + request_.delimiter.size()));
    }

    void skip(const std::string& common) {
        if (auto next = behind_prefix(common)) {
            from_ = std::move(*next);
        } else {
            done_ = true;
        }
    }

    void read_batch() {
        const auto rows = keys_from_(from_, batch);
        done_ = rows.size() < static_cast<std::size_t>(batch);
        for (const ObjectInfo& row : rows) {
            if (row.key == last_key_ || row.key == request_.after) {
                continue;  // the batch begins with the last of the one before
            }
            if (!row.key.starts_with(request_.prefix)) {
                done_ = true;
                return;
            }
            const auto common = common_prefix_of(row.key);
            if (listing_.objects.size() + listing_.prefixes.size() == request_.limit) {
                listing_.next = last_;
                done_ = true;
                return;
            }
            if (common) {
                listing_.prefixes.push_back(*common);
                last_ = *common;
                done_ = false;
                return skip(*common);
            }
            listing_.objects.push_back(row);
            last_ = last_key_ = from_ = row.key;
        }
    }

    const ListRequest& request_;
    const KeysFrom& keys_from_;
    std::string from_;
    std::string last_key_;
    std::string last_;
    bool done_ = false;
    Listing listing_;
};

}  // namespace

Listing walk_keys(const ListRequest& request, const KeysFrom& keys_from) {
    return Walk(request, keys_from).page();
}

}  // namespace goldsmith::objects
