#include "guest/messages.h"

#include "guest/wire.h"

namespace goldsmith::guest {

namespace {

constexpr std::uint32_t kMagic = 0x54534d47;  // "GMST"
constexpr std::uint32_t kStdinFollows = 1;

/// No byte of a path, name or argument may be NUL: it would end early where it is used.
void refuse_nul(std::string_view text, std::string_view what) {
    if (text.find('\0') != std::string_view::npos) {
        throw ProtocolError("a frame's " + std::string(what) + " holds a NUL byte");
    }
}

}  // namespace

std::string encode(const Hello& message) {
    WireWriter writer;
    writer.u32(kMagic);
    writer.u16(message.version);
    writer.string(message.name);
    return std::move(writer).take();
}

Hello decode_hello(std::string_view payload) {
    WireReader reader(payload);
    if (reader.u32() != kMagic) {
        throw ProtocolError("the other side does not speak the guest protocol");
    }
    Hello message;
    message.version = reader.u16();
    message.name = reader.string();
    reader.finish();
    return message;
}

std::string encode(const ExecRequest& message) {
    WireWriter writer;
    writer.list(message.argv);
    writer.list(message.env);
    writer.string(message.cwd);
    writer.u32(message.stdin_follows ? kStdinFollows : 0);
    return std::move(writer).take();
}

ExecRequest decode_exec(std::string_view payload) {
    WireReader reader(payload);
    ExecRequest message;
    message.argv = reader.list();
    message.env = reader.list();
    message.cwd = reader.string();
    message.stdin_follows = (reader.u32() & kStdinFollows) != 0;
    reader.finish();
    if (message.argv.empty() || message.argv.front().empty()) {
        throw ProtocolError("an exec frame names no program");
    }
    for (const std::string& argument : message.argv) {
        refuse_nul(argument, "argument");
    }
    for (const std::string& entry : message.env) {
        refuse_nul(entry, "environment");
        if (entry.find('=') == std::string::npos) {
            throw ProtocolError("an environment entry of an exec frame has no '='");
        }
    }
    refuse_nul(message.cwd, "folder");
    return message;
}

std::string encode(const Exited& message) {
    WireWriter writer;
    writer.i32(message.exit_code);
    writer.i32(message.signal);
    return std::move(writer).take();
}

Exited decode_exited(std::string_view payload) {
    WireReader reader(payload);
    Exited message;
    message.exit_code = reader.i32();
    message.signal = reader.i32();
    reader.finish();
    return message;
}

std::string encode_signal(int number) {
    WireWriter writer;
    writer.i32(number);
    return std::move(writer).take();
}

int decode_signal(std::string_view payload) {
    WireReader reader(payload);
    const int number = reader.i32();
    reader.finish();
    if (number < 1 || number > 64) {
        throw ProtocolError("a signal frame holds the number " + std::to_string(number));
    }
    return number;
}

std::string encode(const PutFileRequest& message) {
    WireWriter writer;
    writer.string(message.path);
    writer.u32(message.mode);
    return std::move(writer).take();
}

PutFileRequest decode_put_file(std::string_view payload) {
    WireReader reader(payload);
    PutFileRequest message;
    message.path = reader.string();
    message.mode = reader.u32();
    reader.finish();
    refuse_nul(message.path, "path");
    return message;
}

std::string encode(const GetFileRequest& message) {
    WireWriter writer;
    writer.string(message.path);
    writer.u64(message.most_bytes);
    return std::move(writer).take();
}

GetFileRequest decode_get_file(std::string_view payload) {
    WireReader reader(payload);
    GetFileRequest message;
    message.path = reader.string();
    message.most_bytes = reader.u64();
    reader.finish();
    refuse_nul(message.path, "path");
    return message;
}

}  // namespace goldsmith::guest
