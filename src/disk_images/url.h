// Where an image may come from over the network: http, https. Pure.
#pragma once

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace goldsmith::disk_images {

/// "http://" or "https://".
bool is_web_url(std::string_view text);
/// The name of the file at the end of the path, without query: "disk.qcow2".
std::string file_name_of_url(std::string_view url);
/// Without what stands between "//" and "@": for logs and messages.
std::string shown_url(std::string_view url);

/// Addresses that only this host or its link reach (loopback, link-local, which is where metadata
/// services are, unspecified, multicast), also as IPv4 within IPv6: a server that fetches what a
/// client names must not be a way to them.
bool is_local_address(const sockaddr* address);

}  // namespace goldsmith::disk_images
