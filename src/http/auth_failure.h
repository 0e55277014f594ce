#pragma once

#include "http/authenticator.h"
#include "http/call.h"
#include "http/protocol.h"

namespace goldsmith::http {

// The error with which AWS answers this problem in that family of protocols: the same wrong
// signature is InvalidSignatureException for JSON services and SignatureDoesNotMatch for query
// services.
Failure to_failure(const AuthFailure& failure, Protocol::Dialect dialect);

// The dialect a client seems to speak that could not be identified by its scope: X-Amz-Target means
// JSON, a form with an Action means query, or ec2 when its Version is EC2's; anything else is JSON
// over REST.
std::shared_ptr<const Protocol> guessed_protocol(const Request& request);

}  // namespace goldsmith::http
