// Files that replace others.

#include "core/agent/runtime/descriptor.h"

#include "tests/unit/agent/scratch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace hostelry::agent {
namespace {

TEST(WriteAt, SyncsTheFolderOfAFileThatHasToSurviveAPowerLoss) {
    const Scratch scratch;
    scratch.write("folder/file", "old");
    const auto write = [&](int flags, Durable durable) {
        const Descriptor folder{open((scratch / "folder").c_str(), flags | O_DIRECTORY)};
        return write_at(folder.number(), "file", "new", 0600, geteuid(), getegid(), durable);
    };
    EXPECT_TRUE(write(O_RDONLY, Durable::Yes));
    EXPECT_EQ(scratch.read("folder/file"), "new");
    // Opened as a place only, a folder takes new names but cannot be synced.
    EXPECT_FALSE(write(O_PATH, Durable::Yes));
    EXPECT_TRUE(write(O_PATH, Durable::No));
}

}  // namespace
}  // namespace hostelry::agent
