#include "guest/secret_masker.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>

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

/// Group 1 is what is kept before the secret part. `signs`: texts without which a line cannot
/// match; looking for them is so much cheaper that most runs never build a pattern.
struct CredentialPattern {
    const char* pattern;
    std::initializer_list<std::string_view> signs;
    const char* rewrite = "\\1****";
};

const CredentialPattern credential_patterns[] = {
    {R"(()\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)", {"AKIA", "ASIA"}},
    {R"(((?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|SecretAccessKey)["']?\s*[=:]\s*["']?)[A-Za-z0-9/+]{40})",
     {"aws_secret_access_key", "AWS_SECRET_ACCESS_KEY", "SecretAccessKey"}},
    {R"(((?:aws_session_token|AWS_SESSION_TOKEN|SessionToken)["']?\s*[=:]\s*["']?)[A-Za-z0-9/+=]{64,})",
     {"aws_session_token", "AWS_SESSION_TOKEN", "SessionToken"}},
    {R"(()\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}\b)", {"ghp_", "gho_", "ghu_", "ghs_", "ghr_"}},
    {R"(()\bgithub_pat_[A-Za-z0-9_]{22,}\b)", {"github_pat_"}},
    {R"(()\bglpat-[A-Za-z0-9_-]{20,})", {"glpat-"}},
    {R"(()\bxox[abprs]-[A-Za-z0-9-]{10,})", {"xox"}},
    {R"(()\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})", {".eyJ"}},
    {R"((?i)(authorization:\s*(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,})",
     {"uthorization:", "UTHORIZATION:"}},
    {R"((://[^/\s:@]*:)[^/\s:@]+@)", {"://"}, "\\1****@"},
};

bool has_sign(std::string_view text, const CredentialPattern& pattern) {
    return std::ranges::any_of(pattern.signs, [text](std::string_view sign) {
        return text.find(sign) != std::string_view::npos;
    });
}

/// Every sign holds one of these characters and most lines of output hold none: one look at each
/// character then settles it.
bool may_hold_sign(std::string_view text) {
    static constexpr auto marks = [] {
        std::array<bool, 256> table{};
        for (const char mark : {':', '_', '-', 'K', 'S', 'J'}) {
            table[static_cast<unsigned char>(mark)] = true;
        }
        return table;
    }();
    return std::ranges::any_of(text, [](char c) { return marks[static_cast<unsigned char>(c)]; });
}

}  // namespace

/// Compiled when first needed: that costs more than the rest of a short run.
struct SecretMasker::Patterns {
    std::array<std::unique_ptr<RE2>, std::size(credential_patterns)> compiled;

    const RE2& at(std::size_t index) {
        if (!compiled[index]) {
            compiled[index] = std::make_unique<RE2>(credential_patterns[index].pattern);
        }
        return *compiled[index];
    }
};

SecretMasker::SecretMasker() : patterns_(std::make_unique<Patterns>()) {}

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
    return may_hold_sign(text) &&
           std::ranges::any_of(credential_patterns, [text](const CredentialPattern& pattern) {
               return has_sign(text, pattern);
           });
}

std::string SecretMasker::mask(std::string_view text) const {
    std::string result(text);
    for (const std::string& form : forms_) {
        for (std::size_t at = result.find(form); at != std::string::npos;) {
            result.replace(at, form.size(), mask_text);
            at = result.find(form, at + mask_text.size());
        }
    }
    for (std::size_t i = 0; i < std::size(credential_patterns); ++i) {
        if (has_sign(result, credential_patterns[i])) {
            RE2::GlobalReplace(&result, patterns_->at(i), credential_patterns[i].rewrite);
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
