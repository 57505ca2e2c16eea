#include "core/platform/crypto/sealing.h"

#include "core/platform/crypto/digest.h"

#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): fsync below knows no other
ino_t last_synced_folder = 0;

}  // namespace

/// Takes the place of the C library's in this program, which nothing else tells what was synced.
extern "C" int fsync(int file) {
    struct stat facts {};
    if (fstat(file, &facts) == 0 && S_ISDIR(facts.st_mode)) {
        last_synced_folder = facts.st_ino;
    }
    return static_cast<int>(syscall(SYS_fsync, file));
}

namespace hostelry::crypto {
namespace {

class SealingTest : public ::testing::Test {
protected:
    void SetUp() override { set_up(); }

    SystemRandom random_;
    hostelry::testing::ScratchFolder scratch_;
    std::string folder_ = scratch_.path();
};

TEST_F(SealingTest, ANewKeyIsStillThereAfterAPowerLoss) {
    ASSERT_TRUE(Sealer::from_file_or_new(folder_ + "/key", random_));
    struct stat facts {};
    ASSERT_EQ(stat(folder_.c_str(), &facts), 0);
    EXPECT_EQ(last_synced_folder, facts.st_ino);
}

TEST_F(SealingTest, OpensOnlyAtThePlaceItWasSealedFor) {
    const auto sealer = Sealer::from_file_or_new(folder_ + "/key", random_);
    ASSERT_TRUE(sealer) << sealer.error().message;
    const auto sealed = sealer->seal("s3cret", "servers:ssh_key:t1:r1");
    EXPECT_EQ(sealed.find("s3cret"), std::string::npos);
    EXPECT_EQ(sealer->open(sealed, "servers:ssh_key:t1:r1").value(), "s3cret");
    EXPECT_FALSE(sealer->open(sealed, "servers:ssh_key:t1:r2"));
}

TEST_F(SealingTest, NoticesEveryAlteredCharacter) {
    const auto sealer = Sealer::from_file_or_new(folder_ + "/key", random_);
    const auto sealed = sealer->seal("s3cret", "c");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto altered = sealed;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(sealer->open(altered, "c")) << i;
    }
    EXPECT_FALSE(sealer->open("", "c"));
}

TEST_F(SealingTest, KeepsAnExistingKey) {
    const auto sealed = Sealer::from_file_or_new(folder_ + "/key", random_)->seal("x", "c");
    EXPECT_EQ(Sealer::from_file_or_new(folder_ + "/key", random_)->open(sealed, "c").value(), "x");
}

TEST_F(SealingTest, RefusesAKeyThatOthersMayReadOrThatIsTooShortOrZero) {
    ASSERT_TRUE(Sealer::from_file_or_new(folder_ + "/key", random_));
    ::chmod((folder_ + "/key").c_str(), 0640);
    EXPECT_FALSE(Sealer::from_file(folder_ + "/key"));
    std::ofstream(folder_ + "/short") << "short";
    ::chmod((folder_ + "/short").c_str(), 0600);
    EXPECT_FALSE(Sealer::from_file(folder_ + "/short"));
    std::ofstream(folder_ + "/zero") << std::string(32, '\0');
    ::chmod((folder_ + "/zero").c_str(), 0600);
    EXPECT_FALSE(Sealer::from_file(folder_ + "/zero"));
    EXPECT_FALSE(Sealer::from_file(folder_ + "/none"));
}

}  // namespace
}  // namespace hostelry::crypto
