#include "guest/secret_masker.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/encoding.h"

namespace goldsmith::guest {
namespace {

constexpr std::size_t shortest_encoded = 4;  ///< shorter secrets would match by chance when encoded

/// The part of base64 text that stays the same wherever `value` stands in the encoded bytes: one
/// form for each of the three alignments.
std::vector<std::string> base64_forms(std::string_view value) {
    constexpr std::size_t unstable_front[] = {0, 2, 3};
    std::vector<std::string> forms;
    for (std::size_t offset = 0; offset < 3; ++offset) {
        const std::string padded = std::string(offset, '\0') + std::string(value);
        std::string text = base::base64_encode(padded);
        const std::size_t stable_end = padded.size() * 8 / 6;
        text.resize(std::min(text.size(), stable_end));
        text.erase(0, unstable_front[offset]);
        if (text.size() >= shortest_encoded) {
            forms.push_back(text);
            std::ranges::replace(text, '+', '-');
            std::ranges::replace(text, '/', '_');
            forms.push_back(text);
        }
    }
    return forms;
}

/// Group 1 is what is kept before the secret part.
constexpr const char* credential_patterns[] = {
    R"(()\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)",
    R"((?i)(aws_secret_access_key["']?\s*[=:]\s*["']?)[A-Za-z0-9/+]{40})",
    R"((?i)(aws_session_token["']?\s*[=:]\s*["']?)[A-Za-z0-9/+=]{64,})",
    R"(()\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b)",
    R"(()\bgithub_pat_[A-Za-z0-9_]{22,}\b)",
    R"(()\bglpat-[A-Za-z0-9_-]{20,})",
    R"(()\bxox[abprs]-[A-Za-z0-9-]{10,})",
    R"(()\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})",
    R"((?i)(authorization:\s*(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,})",
    R"((://[^/\s:@]{0,128}:)[^/\s:@]{1,256}@)",
};

}  // namespace

struct SecretMasker::Patterns {
    std::vector<std::unique_ptr<RE2>> each;
    std::unique_ptr<RE2> any;
};

SecretMasker::SecretMasker() : patterns_(std::make_unique<Patterns>()) {
    std::string all;
    for (const char* pattern : credential_patterns) {
        patterns_->each.push_back(std::make_unique<RE2>(pattern));
        all += (all.empty() ? "(?:" : "|(?:") + std::string(pattern) + ")";
    }
    patterns_->any = std::make_unique<RE2>(all);
}

SecretMasker::~SecretMasker() = default;

void SecretMasker::add_form(std::string form) {
    if (form.empty() || std::ranges::find(forms_, form) != forms_.end()) {
        return;
    }
    forms_.push_back(std::move(form));
    std::ranges::stable_sort(forms_, std::greater<>(), &std::string::size);
}

void SecretMasker::add(std::string_view value) {
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) {
        value.remove_suffix(1);
    }
    if (value.empty()) {
        return;
    }
    add_form(std::string(value));
    if (value.size() >= shortest_encoded) {
        add_form(base::percent_encode(value));
        for (std::string& form : base64_forms(value)) {
            add_form(std::move(form));
        }
    }
    // Logs are written by the line, so the lines of a key file are secrets of their own.
    for (std::size_t begin = 0;
         value.find('\n') != std::string_view::npos && begin < value.size();) {
        const std::size_t end = std::min(value.find('\n', begin), value.size());
        if (end - begin >= shortest_encoded) {
            add_form(std::string(value.substr(begin, end - begin)));
        }
        begin = end + 1;
    }
}

bool SecretMasker::needs_mask(std::string_view text) const {
    for (const std::string& form : forms_) {
        if (text.find(form) != std::string_view::npos) {
            return true;
        }
    }
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *patterns_->any);
}

std::string SecretMasker::mask(std::string_view text) const {
    std::string result(text);
    for (const std::string& form : forms_) {
        for (std::size_t at = result.find(form); at != std::string::npos;) {
            result.replace(at, form.size(), mask_text);
            at = result.find(form, at + mask_text.size());
        }
    }
    if (RE2::PartialMatch(result, *patterns_->any)) {
        for (const auto& pattern : patterns_->each) {
            RE2::GlobalReplace(&result, *pattern, "\\1****");
        }
    }
    return result;
}

std::size_t SecretMasker::safe_cut(std::string_view text, std::size_t wanted) const {
    std::size_t cut = std::min(wanted, text.size());
    for (bool moved = true; moved && cut > 0;) {
        moved = false;
        for (const std::string& form : forms_) {
            const std::size_t from = cut > form.size() ? cut - form.size() : 0;
            const std::size_t at = text.find(form, from);
            // A secret that may just be arriving counts too: its start stands at the end of the
            // text.
            if (at != std::string_view::npos && at < cut && at + form.size() > cut) {
                cut = at;
                moved = true;
            }
        }
    }
    return cut;
}

}  // namespace goldsmith::guest
