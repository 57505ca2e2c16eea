// The acts on files as the worker performs them, here without changing the user.

#include "core/agent/runtime/site_files.h"

#include "core/agent/runtime/descriptor.h"

#include "tests/unit/agent/scratch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hostelry::agent {
namespace {

class SiteFiles : public ::testing::Test {
protected:
    SiteFiles() {
        scratch_.write("outside/secret", "secret");
        std::filesystem::create_directories(scratch_ / "home");
        directory_ = Descriptor{open((scratch_ / "home").c_str(), O_RDONLY | O_DIRECTORY)};
    }

    SiteHome home() const { return {directory_.number(), geteuid(), getegid()}; }
    Result<FileChange> write(const std::string& path, const std::string& content) const {
        return write_site_file(home(), path, content, 0640, Act::Apply);
    }
    void link(const std::string& target, const std::string& name) const {
        std::filesystem::create_symlink(target, scratch_ / ("home/" + name));
    }

    Scratch scratch_;
    Descriptor directory_;
};

TEST_F(SiteFiles, AreWrittenOnceWithTheirModeAndParents) {
    const auto first = write("a/b/c.txt", "hello");
    ASSERT_TRUE(first) << first.error().cause;
    EXPECT_TRUE(first->changed);
    EXPECT_EQ(scratch_.read("home/a/b/c.txt"), "hello");
    struct stat facts {};
    stat((scratch_ / "home/a/b/c.txt").c_str(), &facts);
    EXPECT_EQ(facts.st_mode & 07777U, 0640U);
    EXPECT_FALSE(write("a/b/c.txt", "hello")->changed);
}

TEST_F(SiteFiles, SayWhatTheyReplaced) {
    ASSERT_TRUE(write("a.txt", "one\ntwo\nthree\n"));
    const auto change = write_site_file(home(), "a.txt", "one\n2\nthree\n", 0640, Act::DryRun);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->before, "one\ntwo\nthree\n");
    EXPECT_THAT(change->diff, ::testing::HasSubstr("- two\n+ 2\n"));
    EXPECT_EQ(scratch_.read("home/a.txt"), "one\ntwo\nthree\n");
}

TEST_F(SiteFiles, SayWhichModeWhatTheyChangeHad) {
    EXPECT_FALSE(write("a.txt", "one")->mode_before);
    ASSERT_EQ(chmod((scratch_ / "home/a.txt").c_str(), 0604), 0);
    EXPECT_EQ(write("a.txt", "two")->mode_before, mode_t{0604});
    EXPECT_EQ(remove_site_path(home(), "a.txt", Act::Apply)->mode_before, mode_t{0640});
    const auto ensure = [&](mode_t mode) {
        return ensure_site_directory(home(), "folder", mode, Act::Apply);
    };
    EXPECT_FALSE(ensure(0750)->mode_before);
    EXPECT_EQ(ensure(0700)->mode_before, mode_t{0750});
    EXPECT_FALSE(mode_of_site_path(home(), "none/below").value());
    EXPECT_EQ(mode_of_site_path(home(), "folder").value(), mode_t{0700});
    link("nowhere", "link");
    EXPECT_TRUE(mode_of_site_path(home(), "link").value());
}

TEST_F(SiteFiles, AreNotReachedThroughATenantsLink) {
    link("../outside", "folder");
    link("../outside/secret", "file");
    link("/etc", "absolute");
    for (const char* path : {"folder/new", "folder/secret", "absolute/passwd", "folder/a/b"}) {
        const auto written = write(path, "x");
        ASSERT_FALSE(written) << path;
        EXPECT_EQ(written.error().code, ErrorCode::Forbidden) << path;
    }
    EXPECT_FALSE(write("file", "x"));
    EXPECT_FALSE(ensure_site_directory(home(), "folder/sub", 0750, Act::Apply));
    EXPECT_EQ(scratch_.read("outside/secret"), "secret");
    EXPECT_FALSE(scratch_.has("outside/new"));
}

TEST_F(SiteFiles, AreRemovedHoweverDeeplyTheirOwnerNestsFolders) {
    ASSERT_TRUE(write("tree/file", "x"));
    Descriptor at = open_beneath(directory_.number(), "tree", O_RDONLY | O_DIRECTORY).value();
    for (int depth = 0; depth < 1000; ++depth) {
        ASSERT_EQ(mkdirat(at.number(), "d", 0700), 0);
        ASSERT_EQ(mkdirat(at.number(), "e", 0700), 0);
        at = open_beneath(at.number(), "d", O_RDONLY | O_DIRECTORY).value();
    }
    const auto removed = remove_site_path(home(), "tree", Act::Apply);
    ASSERT_TRUE(removed) << removed.error().message;
    EXPECT_FALSE(scratch_.has("home/tree"));
}

TEST_F(SiteFiles, DoNotFollowALinkWhenTheyAreRemoved) {
    ASSERT_TRUE(write("tree/a/file", "x"));
    std::filesystem::create_symlink("../../../outside", scratch_ / "home/tree/a/link");
    ASSERT_TRUE(remove_site_path(home(), "tree", Act::Apply));
    EXPECT_FALSE(scratch_.has("home/tree"));
    EXPECT_TRUE(scratch_.has("outside/secret"));
    link("../outside", "gone");
    ASSERT_TRUE(remove_site_path(home(), "gone", Act::Apply));
    EXPECT_TRUE(scratch_.has("outside/secret"));
    EXPECT_FALSE(remove_site_path(home(), "gone", Act::Apply)->changed);
}

TEST_F(SiteFiles, RefuseAFifoWhereAFileIsExpected) {
    ASSERT_EQ(mkfifo((scratch_ / "home/pipe").c_str(), 0600), 0);
    const auto written = write("pipe", "x");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Forbidden);
}

TEST_F(SiteFiles, NeverLeaveTheHomeByDots) {
    for (const char* path : {"../outside/new", "a/../../outside/new"}) {
        EXPECT_FALSE(write(path, "x")) << path;
    }
    EXPECT_FALSE(scratch_.has("outside/new"));
}

TEST_F(SiteFiles, OfATreeAreCopiedWithLinksFollowedAndOnlyWhenTheyDiffer) {
    scratch_.write("source/index.php", "<?php");
    scratch_.write("source/sub/deep/file", "x");
    scratch_.write("source/wp-config.php", "distribution's");
    scratch_.write("elsewhere/lib.js", "js");
    std::filesystem::create_symlink(scratch_ / "elsewhere", scratch_ / "source/linked");
    const auto copy = [&](Act act) {
        return copy_tree_to_site(home(), scratch_ / "source", "htdocs", {"wp-config.php"}, act);
    };
    EXPECT_TRUE(copy(Act::DryRun)->changed);
    EXPECT_FALSE(scratch_.has("home/htdocs"));
    EXPECT_EQ(copy(Act::Apply)->files, 3);
    EXPECT_EQ(scratch_.read("home/htdocs/linked/lib.js"), "js");
    EXPECT_FALSE(std::filesystem::is_symlink(scratch_ / "home/htdocs/linked"));
    EXPECT_FALSE(scratch_.has("home/htdocs/wp-config.php"));
    EXPECT_FALSE(copy(Act::Apply)->changed);
    scratch_.write("home/htdocs/index.php", "<?PHP");
    scratch_.write("home/htdocs/own", "mine");
    EXPECT_EQ(copy(Act::Apply)->files, 1);
    EXPECT_EQ(scratch_.read("home/htdocs/index.php"), "<?php");
    EXPECT_EQ(scratch_.read("home/htdocs/own"), "mine");
}

TEST_F(SiteFiles, OfATreeAreNotWrittenThroughATenantsLink) {
    scratch_.write("source/sub/file", "x");
    std::filesystem::create_directories(scratch_ / "home/htdocs");
    std::filesystem::create_symlink("../../outside", scratch_ / "home/htdocs/sub");
    EXPECT_FALSE(copy_tree_to_site(home(), scratch_ / "source", "htdocs", {}, Act::Apply));
    EXPECT_FALSE(scratch_.has("outside/file"));
}

}  // namespace
}  // namespace hostelry::agent
