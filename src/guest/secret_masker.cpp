#include "guest/secret_masker.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <initializer_list>

namespace goldsmith::guest {
namespace {

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

void SecretMasker::add(std::string_view value) {
    finder_.add(value);
}

bool SecretMasker::needs_mask(std::string_view text) const {
    if (finder_.finds_any(text)) {
        return true;
    }
    return may_hold_sign(text) &&
           std::ranges::any_of(credential_patterns, [text](const CredentialPattern& pattern) {
               return has_sign(text, pattern);
           });
}

std::string SecretMasker::mask(std::string_view text) const {
    std::string result;
    std::size_t done = 0;
    for (const auto& [begin, end] : finder_.find(text)) {
        result.append(text.substr(done, begin - done)).append(mask_text);
        done = end;
    }
    result.append(text.substr(done));
    for (std::size_t i = 0; i < std::size(credential_patterns); ++i) {
        if (has_sign(result, credential_patterns[i])) {
            RE2::GlobalReplace(&result, patterns_->at(i), credential_patterns[i].rewrite);
        }
    }
    return result;
}

/// How far back a blank is looked for.
constexpr std::size_t blank_search_bytes = 4096;

std::size_t SecretMasker::safe_cut(std::string_view text, std::size_t wanted) const {
    wanted = std::min(wanted, text.size());
    // Credentials that are only known by their shape hold no blanks.
    const std::size_t blank = text.substr(0, wanted).find_last_of(" \t");
    if (blank != std::string_view::npos && wanted - blank < blank_search_bytes) {
        wanted = blank + 1;
    }
    return finder_.safe_cut(text, wanted);
}

}  // namespace goldsmith::guest
