#include "core/platform/crypto/password.h"

#include "core/platform/crypto/digest.h"
#include "core/platform/crypto/token.h"

#include <gtest/gtest.h>

#include <set>

namespace hostelry::crypto {
namespace {

TEST(Password, VerifiesOnlyItself) {
    set_up();
    const auto hash = hash_password("correct horse battery");
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
    EXPECT_TRUE(verify_password("correct horse battery", hash));
    EXPECT_FALSE(verify_password("correct horse batterY", hash));
    EXPECT_FALSE(verify_password("", hash));
    EXPECT_FALSE(needs_rehash(hash));
}

TEST(Password, AsksForARehashOfWeakerParameters) {
    EXPECT_TRUE(
        needs_rehash("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$"
                     "HV1TDa/Zk0Qpm0wJw1UVAV0q7e2kYMGkmWwiDPyZO+w")
    );
}

TEST(Password, RefusesShortLongAndCommonOnes) {
    EXPECT_NE(password_problem("short"), "");
    EXPECT_NE(password_problem(std::string(257, 'x')), "");
    EXPECT_NE(password_problem("PasswordPassword"), "");
    EXPECT_NE(password_problem("aaaaaaaaaaaaaa"), "");
    EXPECT_EQ(password_problem("tell the tall tiger"), "");
}

TEST(Token, IsLongRandomAndStoredAsItsHash) {
    SystemRandom random;
    std::set<std::string> tokens;
    for (int i = 0; i < 100; ++i) {
        tokens.insert(make_token(random));
    }
    EXPECT_EQ(tokens.size(), 100U);
    EXPECT_EQ(tokens.begin()->size(), 43U);
    EXPECT_EQ(
        token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

TEST(Token, NamesBeginWithALetterAndPasswordsHaveNoLookAlikes) {
    SystemRandom random;
    for (int i = 0; i < 50; ++i) {
        const auto name = make_name(random, 8);
        EXPECT_EQ(name.size(), 8U);
        EXPECT_TRUE(name.front() >= 'a' && name.front() <= 'z');
        EXPECT_EQ(make_password(random, 24).find_first_of("0O1lI"), std::string::npos);
    }
}

TEST(Digest, ComparesWholeTexts) {
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace hostelry::crypto
