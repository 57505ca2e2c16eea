#include "core/agent/runtime/names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hostelry::agent {
namespace {

/// The characters that security tests put everywhere, and their friends.
const std::vector<std::string> kHostile{
    ";",  "|",  "&",  "$(x)", "`x`", "\n",   "\r",  std::string(1, '\0'),
    "'",  "\"", "\\", ">",    "<",   "*",    "#",   " ",
    "\t", "{",  "}",  "%",    "$",   "\x7f", "\xff"};

template <class Check>
void refuses_hostile(const std::string& good, Check check) {
    EXPECT_TRUE(check(good)) << good;
    for (const auto& bad : kHostile) {
        EXPECT_FALSE(check(good + bad)) << good << " + " << bad;
        EXPECT_FALSE(check(bad + good)) << bad << " + " << good;
        EXPECT_FALSE(check(good.substr(0, 2) + bad + good.substr(2))) << bad << " inside";
    }
    EXPECT_FALSE(check("-" + good));
    EXPECT_FALSE(check(""));
}

TEST(Names, OfSitesAreKeysAndNothingElse) {
    refuses_hostile("s7f3k2m9", is_site_key);
    for (const char* bad :
         {"root",
          "s",
          "s12",
          "S7f3k2m9",
          "t7f3k2m9",
          "s7f3k2m9s7f3k2m9x",
          "sshd",
          "s7f/k2",
          "s7f.k2",
          "s7f_k2"}) {
        EXPECT_FALSE(is_site_key(bad)) << bad;
    }
}

TEST(Names, OfDatabasesBeginWithTheirSite) {
    refuses_hostile("s7f3k2m9_blog", [](std::string_view name) {
        return is_database_name_of("s7f3k2m9", name);
    });
    EXPECT_TRUE(is_database_name_of("s7f3k2m9", "s7f3k2m9"));
    for (const char* bad :
         {"mysql", "s7f3k2m9_", "s7f3k2m9blog", "s7f3k2m_blog", "s7f3k2m9_Blog"}) {
        EXPECT_FALSE(is_database_name_of("s7f3k2m9", bad)) << bad;
    }
}

TEST(Names, OfHostsAreLowerCaseDnsNames) {
    refuses_hostile("www.example.org", is_host_name);
    for (const char* bad :
         {"localhost",
          "example.org.",
          ".example.org",
          "a..b",
          "-a.example.org",
          "a-.example.org",
          "EXAMPLE.org",
          "*.example.org",
          "~a.example.org",
          "_dmarc.example.org",
          "exämple.org",
          "127.0.0.1"}) {
        EXPECT_FALSE(is_host_name(bad)) << bad;
    }
    EXPECT_FALSE(is_host_name(std::string(250, 'a') + ".org"));
}

TEST(Names, OfPathsStayInsideTheHome) {
    EXPECT_TRUE(is_site_path("htdocs/wp-content/Ünï code.txt"));
    for (const char* bad :
         {"",
          ".",
          "..",
          "/etc/passwd",
          "a/../b",
          "../a",
          "a/..",
          "a//b",
          "a/",
          "./a",
          "a/./b",
          "logs",
          "logs/access.log",
          "a\nb",
          "a\rb"}) {
        EXPECT_FALSE(is_site_path(bad)) << bad;
    }
    EXPECT_FALSE(is_site_path(std::string("a\0b", 3)));
    EXPECT_FALSE(is_site_path("a\xff"));
    EXPECT_FALSE(is_site_path(std::string(2000, 'a')));
}

TEST(Names, OfModesHaveNoSetIdBits) {
    EXPECT_EQ(parse_mode("0750"), 0750U);
    EXPECT_EQ(parse_mode("640"), 0640U);
    for (const char* bad :
         {"", "4755", "01777", "789", "0x1f", "-rw", "u+s", "75", "750;", "07500"}) {
        EXPECT_FALSE(parse_mode(bad)) << bad;
    }
}

TEST(Names, OfSchedulesAreFivePlainFields) {
    EXPECT_TRUE(is_cron_schedule("*/5 0-6,22 * 1 1-5"));
    for (const char* bad :
         {"",
          "* * * *",
          "* * * * * root",
          "@reboot",
          "* * * * *\n",
          "* * * * %",
          "a * * * *",
          "* * * * * ; x",
          "-1 * * * *",
          "*  * * * *"}) {
        EXPECT_FALSE(is_cron_schedule(bad)) << bad;
    }
}

TEST(Names, OfVersionsHaveTwoDigits) {
    refuses_hostile("8.2", is_php_version);
    EXPECT_FALSE(is_php_version("8"));
    EXPECT_FALSE(is_php_version("../"));
}

}  // namespace
}  // namespace hostelry::agent
