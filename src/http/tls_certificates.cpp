#include "http/tls_certificates.h"

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"

#include <arpa/inet.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <algorithm>

namespace goldsmith::http {
namespace {

using base::Path;

constexpr std::chrono::days kAuthorityLife{3650};
constexpr std::chrono::days kServerLife{365};
constexpr std::chrono::days kRenewBefore{30};

template <auto free>
struct Freer {
    template <class T>
    void operator()(T* object) const {
        free(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, Freer<BN_free>>;

struct Pair {
    Certificate certificate;
    Key key;
};

void require(bool done, const std::string& doing) {
    if (!done) {
        throw base::Error(doing + ": " + ERR_reason_error_string(ERR_peek_last_error()));
    }
}

std::string contents(const Bio& bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(bio.get(), certificate) == 1, "write a certificate");
    return contents(bio);
}

std::string pem_of(EVP_PKEY* key) {
    const Bio bio(BIO_new(BIO_s_mem()));
    require(
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "write a key");
    return contents(bio);
}

Pair read_pair(const Path& certificate, const Path& key) {
    const auto certificate_pem = base::read_file(certificate, 1 << 20);
    const auto key_pem = base::read_file(key, 1 << 20);
    const Bio first(
        BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
    const Bio second(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
    Pair pair{Certificate(PEM_read_bio_X509(first.get(), nullptr, nullptr, nullptr)),
              Key(PEM_read_bio_PrivateKey(second.get(), nullptr, nullptr, nullptr))};
    require(pair.certificate != nullptr, "read " + certificate.string());
    require(pair.key != nullptr, "read " + key.string());
    require(X509_check_private_key(pair.certificate.get(), pair.key.get()) == 1,
            key.string() + " does not belong to " + certificate.string());
    return pair;
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1,
            "add '" + value + "' to a certificate");
}

void set_name(X509_NAME* name, const char* common_name) {
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>("Goldsmith"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
}

// A new key and a certificate for it without extensions and signature.
Pair new_pair(const char* common_name, base::Time now, std::chrono::days life) {
    Pair pair{Certificate(X509_new()), Key(EVP_EC_gen("P-256"))};
    require(pair.key != nullptr, "make a key");
    X509* certificate = pair.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    unsigned char serial[16];
    base::SystemRandom().fill(serial, sizeof serial);
    serial[0] &= 0x7f;
    const Number number(BN_bin2bn(serial, sizeof serial, nullptr));
    BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
    // An hour back, for clients whose clock is slow.
    const auto begin = std::chrono::system_clock::to_time_t(now - std::chrono::hours(1));
    const auto end = std::chrono::system_clock::to_time_t(now + life);
    ASN1_TIME_set(X509_getm_notBefore(certificate), begin);
    ASN1_TIME_set(X509_getm_notAfter(certificate), end);
    X509_set_pubkey(certificate, pair.key.get());
    set_name(X509_get_subject_name(certificate), common_name);
    return pair;
}

void sign_and_write(const Pair& pair, const Pair& issuer, const Path& certificate,
                    const Path& key) {
    X509_set_issuer_name(pair.certificate.get(), X509_get_subject_name(issuer.certificate.get()));
    require(X509_sign(pair.certificate.get(), issuer.key.get(), EVP_sha256()) > 0,
            "sign a certificate");
    // The key first: a certificate without its key would stop the next start.
    base::write_file_atomically(key, pem_of(pair.key.get()), 0600);
    base::write_file_atomically(certificate, pem_of(pair.certificate.get()), 0644);
}

Pair make_authority(const Path& certificate, const Path& key, base::Time now) {
    auto pair = new_pair("Goldsmith local authority", now, kAuthorityLife);
    X509* own = pair.certificate.get();
    add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(own, own, NID_subject_key_identifier, "hash");
    sign_and_write(pair, pair, certificate, key);
    return pair;
}

bool is_address(const std::string& name) {
    in6_addr address{};
    return ::inet_pton(AF_INET, name.c_str(), &address) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list;
    for (const auto& name : names) {
        list.append(list.empty() ? "" : ",").append(is_address(name) ? "IP:" : "DNS:").append(name);
    }
    return list;
}

void make_server(const Pair& authority, const std::vector<std::string>& names,
                 const TlsFiles& files, base::Time now) {
    const auto pair = new_pair("Goldsmith", now, kServerLife);
    X509* own = pair.certificate.get();
    X509* issuer = authority.certificate.get();
    add_extension(own, issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(own, issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(own, issuer, NID_ext_key_usage, "serverAuth");
    add_extension(own, issuer, NID_authority_key_identifier, "keyid");
    add_extension(own, issuer, NID_subject_alt_name, alternative_names(names));
    sign_and_write(pair, authority, files.certificate, files.key);
}

// Whether it is the authority's, names everything and lasts long enough.
bool serves(const Pair& pair, const Pair& authority, const std::vector<std::string>& names,
            base::Time now) {
    X509* certificate = pair.certificate.get();
    auto renew = std::chrono::system_clock::to_time_t(now + kRenewBefore);
    return X509_verify(certificate, authority.key.get()) == 1 &&
           X509_cmp_time(X509_get0_notAfter(certificate), &renew) > 0 &&
           std::ranges::all_of(names, [&](const std::string& name) {
               return is_address(name)
                          ? X509_check_ip_asc(certificate, name.c_str(), 0) == 1
                          : X509_check_host(certificate, name.data(), name.size(), 0, nullptr) == 1;
           });
}

}  // namespace

TlsFiles ensure_own_certificates(const Path& folder, const std::vector<std::string>& names,
                                 base::Time now) {
    base::make_directories(folder, 0700);
    const Path authority_file = folder / "ca.pem";
    const Path authority_key = folder / "ca.key";
    const bool first = !std::filesystem::exists(authority_file);
    const auto authority = first ? make_authority(authority_file, authority_key, now)
                                 : read_pair(authority_file, authority_key);
    TlsFiles files{folder / "server.pem", folder / "server.key"};
    if (first || !std::filesystem::exists(files.certificate) ||
        !std::filesystem::exists(files.key)) {
        make_server(authority, names, files, now);
        return files;
    }
    // A crash between writing the key and the certificate leaves two that do not fit.
    const auto current = [&]() -> std::optional<Pair> {
        try {
            return read_pair(files.certificate, files.key);
        } catch (const base::Error&) {
            return std::nullopt;
        }
    }();
    if (!current || !serves(*current, authority, names, now)) {
        make_server(authority, names, files, now);
    }
    return files;
}

}  // namespace goldsmith::http
