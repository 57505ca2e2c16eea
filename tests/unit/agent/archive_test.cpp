// Archives are made here byte by byte, because tar itself would not make the bad ones.

#include "core/agent/runtime/archive.h"

#include "core/agent/runtime/descriptor.h"

#include "tests/unit/agent/scratch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <cstring>

namespace hostelry::agent {
namespace {

std::string member(const std::string& name, char type, const std::string& content = {}) {
    std::array<char, 512> block{};
    std::snprintf(block.data(), 100, "%s", name.c_str());
    std::snprintf(block.data() + 100, 8, "%07o", 04777U);
    std::snprintf(block.data() + 124, 12, "%011zo", content.size());
    block[156] = type;
    std::memcpy(
        block.data() + 257,
        "ustar\0"
        "00",
        8
    );
    std::memset(block.data() + 148, ' ', 8);
    unsigned sum = 0;
    for (const char byte : block) {
        sum += static_cast<unsigned char>(byte);
    }
    std::snprintf(block.data() + 148, 8, "%06o", sum);
    std::string bytes(block.begin(), block.end());
    bytes += content;
    bytes.append((512 - content.size() % 512) % 512, '\0');
    return bytes;
}

const std::string kEnd(1024, '\0');

class Archives : public ::testing::Test {
protected:
    Archives() {
        std::filesystem::create_directories(scratch_ / "home");
        home_ = Descriptor{open((scratch_ / "home").c_str(), O_RDONLY | O_DIRECTORY)};
    }

    Result<FileChange> extract(const std::string& bytes) {
        scratch_.write("archive.tar", bytes);
        const Descriptor archive{open((scratch_ / "archive.tar").c_str(), O_RDONLY)};
        return extract_archive_to_site(
            {home_.number(), geteuid(), getegid()}, archive.number(), "htdocs", Act::Apply
        );
    }

    Scratch scratch_;
    Descriptor home_;
};

TEST_F(Archives, AreUnpackedWithoutTheirCommonTopFolderAndOnce) {
    const auto bytes = member("app/", '5') + member("app/index.php", '0', "<?php") +
                       member("app/sub/a.txt", '0', "a") + kEnd;
    const auto first = extract(bytes);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->files, 2);
    EXPECT_EQ(scratch_.read("home/htdocs/index.php"), "<?php");
    EXPECT_EQ(scratch_.read("home/htdocs/sub/a.txt"), "a");
    const auto mode = std::filesystem::status(scratch_ / "home/htdocs/index.php").permissions();
    EXPECT_EQ(mode, std::filesystem::perms{0640});
    EXPECT_FALSE(extract(bytes)->changed);
}

TEST_F(Archives, KeepTheirNamesWhenThereIsNoCommonTopFolder) {
    ASSERT_TRUE(extract(member("a.txt", '0', "a") + member("sub/b.txt", '0', "b") + kEnd));
    EXPECT_EQ(scratch_.read("home/htdocs/sub/b.txt"), "b");
}

TEST_F(Archives, AreRefusedWholeForOneBadMember) {
    for (const auto& bad : {
             member("../escape", '0', "x"),
             member("/etc/escape", '0', "x"),
             member("a/../../escape", '0', "x"),
             member("a//b", '0', "x"),
             member("link", '2'),
             member("hard", '1'),
             member("device", '3'),
             member("block", '4'),
             member("fifo", '6'),
             member("new\nline", '0', "x"),
         }) {
        const auto extracted = extract(member("good.txt", '0', "good") + bad + kEnd);
        ASSERT_FALSE(extracted);
        EXPECT_EQ(extracted.error().code, ErrorCode::Invalid);
        EXPECT_FALSE(scratch_.has("home/htdocs/good.txt"));
    }
}

TEST_F(Archives, AreRefusedWhenCutShortOrNotTar) {
    EXPECT_FALSE(extract(member("a", '0', std::string(2000, 'x')).substr(0, 1000)));
    EXPECT_FALSE(extract("hello"));
    EXPECT_FALSE(extract(std::string(2048, 'x')));
    EXPECT_FALSE(extract(kEnd));
}

TEST_F(Archives, AreRefusedWhenTheyUnpackToFarMoreThanTheyAre) {
    const auto path = scratch_ / "bomb.tar.gz";
    gzFile out = gzopen(path.c_str(), "wb9");
    const auto bytes = member("zeros", '0', std::string(std::size_t{50} << 20U, '\0')) + kEnd;
    gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(out);
    const Descriptor archive{open(path.c_str(), O_RDONLY)};
    const auto extracted = extract_archive_to_site(
        {home_.number(), geteuid(), getegid()}, archive.number(), "htdocs", Act::Apply
    );
    ASSERT_FALSE(extracted);
    EXPECT_THAT(extracted.error().message, ::testing::HasSubstr("too much"));
}

}  // namespace
}  // namespace hostelry::agent
