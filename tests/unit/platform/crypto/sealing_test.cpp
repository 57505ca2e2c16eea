#include "core/platform/crypto/sealing.h"

#include "core/platform/crypto/digest.h"

#include "tests/support/scratch_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace hostelry::crypto {
namespace {

class SealingTest : public ::testing::Test {
protected:
    void SetUp() override { set_up(); }

    SystemRandom random_;
    hostelry::testing::ScratchFolder scratch_;
    std::string folder_ = scratch_.path();
};

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
