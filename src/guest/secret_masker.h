// SecretMasker keeps secret values out of logs and reports: values that were given as secret, in
// whatever form SecretFinder knows, and credentials by their shape (the list stands in
// docs/toe.md). One thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "guest/secret_finder.h"

namespace goldsmith::guest {

class SecretMasker {
public:
    static constexpr std::string_view mask_text = "****";

    SecretMasker();
    ~SecretMasker();
    SecretMasker(const SecretMasker&) = delete;
    SecretMasker& operator=(const SecretMasker&) = delete;

    /// From now on `value` (and each of its lines) is masked. Empty values are ignored.
    void add(std::string_view value);

    /// The text with every secret replaced. Works on whole lines: cut texts with safe_cut().
    std::string mask(std::string_view text) const;

    /// False when mask() would surely not change the text; much cheaper than mask().
    bool needs_mask(std::string_view text) const;

    /// The greatest position up to `wanted` at which cutting `text` splits no known secret.
    std::size_t safe_cut(std::string_view text, std::size_t wanted) const;

    bool has_secrets() const { return !finder_.empty(); }

private:
    struct Patterns;

    SecretFinder finder_;
    std::unique_ptr<Patterns> patterns_;
};

}  // namespace goldsmith::guest
