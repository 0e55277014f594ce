#include <archive.h>
#include <archive_entry.h>

#include "base/error.h"
#include "disk_images/digest.h"
#include "disk_images/ova.h"
#include "store/new_file.h"

namespace goldsmith::disk_images {

namespace {

std::string in_xml(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            default:
                escaped += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return escaped;
}

class TarWriter {
public:
    explicit TarWriter(int fd) : archive_(::archive_write_new()) {
        ::archive_write_set_format_ustar(archive_);
        require(::archive_write_open_fd(archive_, fd));
    }
    ~TarWriter() { ::archive_write_free(archive_); }
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    void begin(const std::string& name, std::uint64_t size) {
        ::archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, name.c_str());
        ::archive_entry_set_size(entry, static_cast<la_int64_t>(size));
        ::archive_entry_set_filetype(entry, AE_IFREG);
        ::archive_entry_set_perm(entry, 0644);
        const int result = ::archive_write_header(archive_, entry);
        ::archive_entry_free(entry);
        require(result);
    }

    void write(const void* data, std::size_t size) {
        if (::archive_write_data(archive_, data, size) != static_cast<la_ssize_t>(size)) {
            require(ARCHIVE_FATAL);
        }
    }

    void close() { require(::archive_write_close(archive_)); }

private:
    void require(int result) {
        if (result != ARCHIVE_OK) {
            const char* why = ::archive_error_string(archive_);
            throw base::Error("writing the OVA failed: " +
                              std::string(why != nullptr ? why : "unknown error"));
        }
    }

    ::archive* archive_;
};

void add_text(TarWriter& tar, const std::string& name, const std::string& text) {
    tar.begin(name, text.size());
    tar.write(text.data(), text.size());
}

void add_file(TarWriter& tar, const std::string& name, const base::Path& file) {
    tar.begin(name, std::filesystem::file_size(file));
    read_in_pieces(file, [&](const char* data, std::size_t size) { tar.write(data, size); });
}

std::string manifest_line(const std::string& name, const Digest& digest) {
    return "SHA256(" + name + ")= " + digest.hex + "\n";
}

}  // namespace

std::string ovf_of(const OvaMachine& machine) {
    const std::string name = in_xml(machine.name);
    const std::string file = in_xml(machine.disk_file);
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData" xmlns:vmw="http://www.vmware.com/schema/ovf">
  <References>
    <File ovf:id="file1" ovf:href=")" +
           file + "\" ovf:size=\"" + std::to_string(machine.disk_file_bytes) + R"("/>
  </References>
  <DiskSection>
    <Info>Virtual disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity=")" +
           std::to_string(machine.virtual_bytes) +
           R"(" ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <VirtualSystem ovf:id=")" +
           name + R"(">
    <Info>A virtual machine</Info>
    <Name>)" +
           name + R"(</Name>
    <OperatingSystemSection ovf:id=")" +
           (machine.windows ? "103" : "101") + R"(">
      <Info>The kind of operating system</Info>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware</Info>
      <System>
        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:ElementName>1 virtual CPU</rasd:ElementName>
        <rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType>
        <rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:ElementName>1024 MiB of memory</rasd:ElementName>
        <rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType>
        <rasd:VirtualQuantity>1024</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:ElementName>SCSI controller</rasd:ElementName>
        <rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>VirtualSCSI</rasd:ResourceSubType>
        <rasd:ResourceType>6</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent>
        <rasd:ElementName>Disk</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/disk1</rasd:HostResource>
        <rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent>
        <rasd:ResourceType>17</rasd:ResourceType>
      </Item>
)" +
           (machine.uefi ? "      <vmw:Config ovf:required=\"false\" vmw:key=\"firmware\" "
                           "vmw:value=\"efi\"/>\n"
                         : "") +
           R"(    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
)";
}

void write_ova(const base::Path& ova, const OvaMachine& machine, const base::Path& disk) {
    const std::string description = ovf_of(machine);
    const std::string ovf_name = base::Path(machine.disk_file).stem().string() + ".ovf";
    Digester digester(DigestKind::sha256);
    digester.update(description.data(), description.size());
    const std::string manifest =
        manifest_line(ovf_name, digester.finish()) +
        manifest_line(machine.disk_file, digest_of_file(disk, DigestKind::sha256));
    store::NewFile file(ova);
    TarWriter tar(file.fd());
    add_text(tar, ovf_name, description);
    add_text(tar, base::Path(ovf_name).stem().string() + ".mf", manifest);
    add_file(tar, machine.disk_file, disk);
    tar.close();
    file.publish(true);
}

}  // namespace goldsmith::disk_images
