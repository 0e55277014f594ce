#include "instances/fake/fake_guest.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"

namespace goldsmith::instances {

using guest::Frame;
using guest::FrameType;

FakeGuest::FakeGuest(FakeProgram program, std::shared_ptr<base::Guarded<FakeFiles>> files)
    : program_(std::move(program)), files_(std::move(files)) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        throw base::SystemError("make a pair of sockets");
    }
    host_ = base::Fd(pair[0]);
    guest_ = base::Fd(pair[1]);
    thread_ = std::thread([this] { serve(); });
}

FakeGuest::~FakeGuest() {
    ::shutdown(guest_.get(), SHUT_RDWR);
    thread_.join();
}

void FakeGuest::send(FrameType type, std::uint32_t request, std::string payload) {
    const std::string bytes = guest::encode(Frame{type, request, std::move(payload)});
    for (std::string_view rest = bytes; !rest.empty();) {
        const ssize_t put = ::send(guest_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (put <= 0) {
            throw base::SystemError("send");
        }
        rest.remove_prefix(static_cast<std::size_t>(put));
    }
}

void FakeGuest::serve() {
    try {
        send(FrameType::hello, 0, guest::encode(guest::Hello{guest::kProtocolVersion, "fake"}));
        guest::FrameReader reader;
        char block[65536];
        while (!down_) {
            const ssize_t got = ::read(guest_.get(), block, sizeof block);
            if (got <= 0) {
                return;
            }
            reader.feed({block, static_cast<std::size_t>(got)});
            while (auto frame = reader.next()) {
                answer(*frame);
            }
        }
        ::shutdown(guest_.get(), SHUT_RDWR);
    } catch (const base::Error&) {
        ::shutdown(guest_.get(), SHUT_RDWR);
    }
}

void FakeGuest::answer(const Frame& frame) {
    const std::uint32_t id = frame.request;
    auto files = files_->lock();
    switch (frame.type) {
        case FrameType::exec: {
            const FakeOutput output = program_(guest::decode_exec(frame.payload), *files);
            for (const auto& [type, text] : {std::pair{FrameType::stdout_data, output.stdout_text},
                                             {FrameType::stderr_data, output.stderr_text}}) {
                for (std::size_t at = 0; at < text.size(); at += 65536) {
                    send(type, id, text.substr(at, 65536));
                }
            }
            send(FrameType::exited, id, guest::encode(guest::Exited{output.exit_code, 0}));
            return;
        }
        case FrameType::put_file:
            receiving_[id] = {guest::decode_put_file(frame.payload).path, ""};
            return;
        case FrameType::data:
            receiving_[id].second += frame.payload;
            if (frame.payload.empty()) {
                (*files)[receiving_[id].first] = receiving_[id].second;
                receiving_.erase(id);
                send(FrameType::done, id, {});
            }
            return;
        case FrameType::get_file: {
            const auto found = files->find(guest::decode_get_file(frame.payload).path);
            if (found == files->end()) {
                send(FrameType::error, id, "no such file");
                return;
            }
            for (std::size_t at = 0; at < found->second.size(); at += 65536) {
                send(FrameType::data, id, found->second.substr(at, 65536));
            }
            send(FrameType::data, id, {});
            return;
        }
        case FrameType::ping:
            send(FrameType::pong, id, frame.payload);
            return;
        case FrameType::reboot:
        case FrameType::poweroff:
            send(FrameType::done, id, {});
            down_ = true;
            return;
        case FrameType::hello:
        case FrameType::stdin_data:
        case FrameType::stdout_data:
        case FrameType::stderr_data:
        case FrameType::exited:
        case FrameType::signal:
        case FrameType::done:
        case FrameType::error:
        case FrameType::pong:
            return;
    }
}

}  // namespace goldsmith::instances
