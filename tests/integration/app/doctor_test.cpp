// What doctor finds, thing by thing: each is made well, then broken.
#include "core/app/doctor.h"

#include "tests/integration/app/app_world.h"

#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace hostelry::app {
namespace {

Finding named(const Findings& findings, const std::string& name) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.name == name;
    });
    EXPECT_NE(found, findings.end()) << name;
    return found == findings.end() ? Finding{} : *found;
}

class Doctor : public ::testing::Test {
protected:
    Doctor() {
        config.state_dir = folder.path();
        config.migrations.directory = hostelry::testing::migrations_directory();
        config.telemetry.listen.clear();
        config.agent.listen.clear();
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder.path() + "/" + name) << text;
    }
    ScratchFolder folder;
    config::Config config;
};

TEST_F(Doctor, WarnsOfAStateFolderThatOthersCanWriteTo) {
    ::chmod(folder.path().c_str(), 0755);
    EXPECT_EQ(named(examine_folders(config), "state folder").health, Health::Well);
    ::chmod(folder.path().c_str(), 0777);
    const auto found = named(examine_folders(config), "state folder");
    EXPECT_EQ(found.health, Health::Failed);
    EXPECT_EQ(found.mend, "chmod go-w " + folder.path());
}

TEST_F(Doctor, MissesTheMasterKeyOfADatabaseThatIsThere) {
    EXPECT_EQ(named(examine_folders(config), "master key").health, Health::Warning);
    config.database.url = "host=db";
    EXPECT_EQ(named(examine_folders(config), "master key").health, Health::Failed);
    SystemRandom random;
    ASSERT_TRUE(crypto::Sealer::from_file_or_new(folder.path() + "/master.key", random));
    EXPECT_EQ(named(examine_folders(config), "master key").health, Health::Well);
    ::chmod((folder.path() + "/master.key").c_str(), 0644);
    EXPECT_EQ(named(examine_folders(config), "master key").health, Health::Failed);
}

TEST_F(Doctor, KnowsADebianPackageFromAnotherFile) {
    config.agent.package = folder.path() + "/agent.deb";
    EXPECT_EQ(named(examine_folders(config), "agent package").health, Health::Failed);
    write("agent.deb", "not a package");
    EXPECT_EQ(named(examine_folders(config), "agent package").health, Health::Failed);
    write("agent.deb", "!<arch>\ndebian-binary");
    EXPECT_EQ(named(examine_folders(config), "agent package").health, Health::Well);
}

TEST_F(Doctor, NamesThePluginThatDoesNotLoad) {
    config.plugins.directory = folder.path() + "/plugins";
    EXPECT_EQ(named(examine_folders(config), "plugins").health, Health::Warning);
    std::filesystem::create_directories(config.plugins.directory + "/broken");
    write("plugins/broken/plugin.json", "{}");
    const auto found = named(examine_folders(config), "plugins");
    EXPECT_EQ(found.health, Health::Failed);
    EXPECT_NE(found.message.find("broken"), std::string::npos) << found.message;
}

TEST_F(Doctor, RefusesARoleAboveRowLevelSecurity) {
    const hostelry::testing::TestDatabase postgres;
    config.database.url = postgres.dsn();
    config.database.migrate_url = postgres.dsn("postgres");
    auto findings = examine_database(config);
    for (const auto& finding : findings) {
        EXPECT_EQ(finding.health, Health::Well) << finding.name << ": " << finding.message;
    }
    config.database.url = postgres.dsn("postgres");
    findings = examine_database(config);
    EXPECT_EQ(named(findings, "database role").health, Health::Failed);
    EXPECT_EQ(exit_code_of(findings), exit_code(ErrorCode::Invalid));
}

TEST_F(Doctor, FindsATableThatLostItsProtection) {
    const hostelry::testing::TestDatabase postgres;
    config.database.url = postgres.dsn();
    postgres.execute("alter table hostelry.sites no force row level security");
    EXPECT_EQ(named(examine_database(config), "database rights").health, Health::Failed);
}

TEST_F(Doctor, SaysWhichMigrationsAreMissing) {
    const auto name = hostelry::testing::make_empty_database("doctor");
    config.database.url = hostelry::testing::test_cluster_dsn("hostelry_app", name);
    config.database.migrate_url = hostelry::testing::test_cluster_dsn("postgres", name);
    const auto findings = examine_database(config);
    EXPECT_EQ(named(findings, "migrations").health, Health::Failed);
    EXPECT_EQ(named(findings, "migrations").mend, "hostelry migrate up");
    EXPECT_EQ(named(findings, "database rights").mend, "hostelry migrate up");
}

TEST_F(Doctor, SaysWhenTheDatabaseDoesNotAnswer) {
    config.database.url = "host=/nowhere user=hostelry_app dbname=hostelry";
    const auto found = named(examine_database(config), "database");
    EXPECT_EQ(found.health, Health::Failed);
    EXPECT_FALSE(found.mend.empty());
}

TEST_F(Doctor, NamesThePortThatSomebodyElseHas) {
    const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ASSERT_EQ(::bind(file, reinterpret_cast<const sockaddr*>(&address), length), 0);
    ASSERT_EQ(::listen(file, 1), 0);
    ASSERT_EQ(::getsockname(file, reinterpret_cast<sockaddr*>(&address), &length), 0);
    config.acme.directory = "https://127.0.0.1:1/directory";
    config.http.listen = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    EXPECT_EQ(named(examine_network(config), "port of the panel").health, Health::Failed);
    ::close(file);
    const auto findings = examine_network(config);
    EXPECT_EQ(named(findings, "port of the panel").health, Health::Well);
    EXPECT_EQ(named(findings, "port of agents").health, Health::Skipped);
    const auto acme = named(findings, "ACME directory");
    EXPECT_EQ(acme.health, Health::Failed);
    EXPECT_NE(acme.mend.find("outbound.allow_private"), std::string::npos);
}

TEST_F(Doctor, EndsWithTheCodeOfTheFirstFailure) {
    Findings findings{{.name = "a"}, {.name = "b", .health = Health::Warning}};
    EXPECT_EQ(exit_code_of(findings), 0);
    findings.push_back({.name = "c", .health = Health::Failed, .code = ErrorCode::Conflict});
    findings.push_back({.name = "d", .health = Health::Failed, .code = ErrorCode::Invalid});
    EXPECT_EQ(exit_code_of(findings), exit_code(ErrorCode::Conflict));
    const auto document = nlohmann::json::parse(render_findings(findings, true));
    EXPECT_EQ(document.at("checks").at(2).at("state"), "failed");
    EXPECT_EQ(document.at("summary"), "1 ok, 1 warnings, 2 failed, 0 skipped");
}

TEST_F(Doctor, TellsAWrongConfigurationAsAFinding) {
    const auto wrong = config::parse_config("http: {lisen: \"127.0.0.1:1\"}", "h.yaml", {});
    ASSERT_FALSE(wrong);
    const auto code = run_doctor(wrong, true);
    EXPECT_EQ(code.value(), exit_code(ErrorCode::Invalid));
}

}  // namespace
}  // namespace hostelry::app
