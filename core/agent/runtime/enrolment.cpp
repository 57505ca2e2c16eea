#include "core/agent/runtime/enrolment.h"

#include "core/agent/protocol/agent_ca.h"
#include "core/agent/protocol/protocol.h"
#include "core/agent/runtime/panel_link.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace hostelry::agent {

namespace {

constexpr std::chrono::seconds kAnswerMax{20};

Result<Message> wait_for_message(PanelLink& link, FrameReader& reader) {
    while (true) {
        auto message = TRY(reader.next());
        if (message) {
            return std::move(*message);
        }
        const auto bytes = TRY(link.read_wait(kAnswerMax));
        reader.feed(bytes);
    }
}

}  // namespace

bool is_own_certificate(
    const std::string& certificate_pem, const std::string& key_pem, const std::string& server_id
) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> certificate_in{
        BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())),
        BIO_free_all};
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> key_in{
        BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())), BIO_free_all};
    const std::unique_ptr<X509, decltype(&X509_free)> certificate{
        PEM_read_bio_X509(certificate_in.get(), nullptr, nullptr, nullptr), X509_free};
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{
        PEM_read_bio_PrivateKey(key_in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
    const bool fits =
        certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    const auto facts = read_certificate(certificate_pem);
    return fits && facts && facts->common_name == server_id;
}

Result<Identity> enrol(const EnrolmentOrder& order) {
    const auto request = TRY(create_agent_request(order.server_id));
    auto link = TRY(PanelLink::connect(
        order.panel, {.ca_pem = {}, .ca_fingerprint = order.ca_fingerprint}, nullptr, kAnswerMax
    ));
    FrameWriter writer;
    FrameReader reader;
    Enrol message;
    message.server_id = order.server_id;
    message.token = order.token;
    message.csr_pem = request.csr_pem;
    const auto frame = TRY(writer.write(message));
    TRY(link.write_all(frame, kAnswerMax));
    const auto answer = TRY(wait_for_message(link, reader));
    if (const auto* bye = std::get_if<Bye>(&answer)) {
        return fail(ErrorCode::Unauthenticated, "The panel refuses this server: " + bye->message);
    }
    const auto* enrolled = std::get_if<Enrolled>(&answer);
    if (enrolled == nullptr) {
        return fail(ErrorCode::ProviderUnavailable, "The panel answered something unexpected.");
    }
    // The CA it hands over must be the one that was pinned, or the next connection would trust
    // somebody else.
    const auto ca = TRY(read_certificate(enrolled->ca_pem));
    const bool fine =
        ca.fingerprint == order.ca_fingerprint &&
        is_own_certificate(enrolled->certificate_pem, request.key_pem, order.server_id);
    if (!fine) {
        return fail(
            ErrorCode::Unauthenticated, "The panel answered with a certificate that is not ours."
        );
    }
    return Identity{
        order.panel, order.server_id, request.key_pem, enrolled->certificate_pem, enrolled->ca_pem};
}

}  // namespace hostelry::agent
