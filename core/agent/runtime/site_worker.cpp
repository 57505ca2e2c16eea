#include "core/agent/runtime/site_worker.h"

#include "core/agent/runtime/archive.h"
#include "core/agent/runtime/descriptor.h"
#include "core/base/text.h"
#include "core/platform/process/process.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <iostream>
#include <iterator>

using nlohmann::json;

namespace hostelry::agent {
namespace {

constexpr std::chrono::minutes kWorkerMax{10};

bool lies_in_home(const std::string& path) {
    return path.find('/') == std::string::npos;
}

json encode_change(const FileChange& change) {
    json out{
        {"changed", change.changed},
        {"diff", change.diff},
        {"files", change.files},
        {"bytes", change.bytes}};
    if (change.before) {
        out["before"] = to_base64(as_bytes(*change.before));
    }
    if (change.mode_before) {
        out["mode_before"] = *change.mode_before;
    }
    return out;
}

json encode_error(const Error& error) {
    return {{"code", code_name(error.code)}, {"message", error.message}, {"cause", error.cause}};
}

json encode_request(const SiteFileRequest& request) {
    return {
        {"site", request.site},
        {"operation", request.operation},
        {"path", request.path},
        {"content", request.content},
        {"mode", request.mode},
        {"source", request.source},
        {"left_out", request.left_out},
        {"keep", request.keep},
        {"sha256", request.sha256},
        {"dry_run", request.dry_run}};
}

SiteFileRequest decode_request(const json& value) {
    SiteFileRequest request;
    value.at("site").get_to(request.site);
    value.at("operation").get_to(request.operation);
    value.at("path").get_to(request.path);
    value.at("content").get_to(request.content);
    value.at("mode").get_to(request.mode);
    value.at("source").get_to(request.source);
    value.at("left_out").get_to(request.left_out);
    value.at("keep").get_to(request.keep);
    value.at("sha256").get_to(request.sha256);
    value.at("dry_run").get_to(request.dry_run);
    return request;
}

Result<FileChange> decode_answer(const std::string& text) {
    const json answer = json::parse(text, nullptr, false);
    if (!answer.is_object()) {
        return fail(ErrorCode::Internal, "The site's files could not be handled.", text);
    }
    if (answer.contains("code")) {
        return fail(
            code_from_name(answer.value("code", "")),
            answer.value("message", ""),
            answer.value("cause", "")
        );
    }
    FileChange change;
    change.changed = answer.value("changed", false);
    change.diff = answer.value("diff", "");
    change.files = answer.value("files", std::int64_t{0});
    change.bytes = answer.value("bytes", std::int64_t{0});
    if (answer.contains("before")) {
        const auto bytes = from_base64(answer["before"].get<std::string>());
        change.before = bytes ? to_string(*bytes) : "";
    }
    if (answer.contains("mode_before")) {
        change.mode_before = answer["mode_before"].get<mode_t>();
    }
    return change;
}

}  // namespace

Result<FileChange> perform(
    const Layout& layout, const Account& account, const SiteFileRequest& request
) {
    const Descriptor home{open(
        layout.home_of(account.site).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    )};
    if (!home) {
        return fail(ErrorCode::NotFound, "The site has no home on this server.");
    }
    Descriptor archive;
    if (request.operation == "extract") {
        archive = Descriptor{open(request.source.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
        if (!archive) {
            return fail(ErrorCode::NotFound, "The archive is not on this server.");
        }
        if (TRY(sha256_of_file(archive.number())) != request.sha256) {
            return fail(ErrorCode::Invalid, "The archive does not have the expected checksum.");
        }
    }
    const SiteHome site{home.number(), account.uid, account.gid};
    const Act act = request.dry_run ? Act::DryRun : Act::Apply;
    if (request.operation == "copy" || request.operation == "extract" ||
        !lies_in_home(request.path)) {
        // The first folder lies in root's part; all below it is the tenant's.
        const std::string first = request.path.substr(0, request.path.find('/'));
        const auto there = open_beneath(home.number(), first, O_RDONLY | O_DIRECTORY);
        if (!there && there.error().code == ErrorCode::NotFound && act == Act::Apply &&
            request.operation != "remove") {
            TRY(ensure_site_directory(site, first, kSiteDirectoryMode, act));
        }
        if (geteuid() != account.uid) {
            become(account);
        }
    }
    const auto mode = static_cast<mode_t>(request.mode);
    if (request.operation == "directory") {
        return ensure_site_directory(site, request.path, mode, act);
    }
    if (request.operation == "look") {
        return FileChange{
            .changed = false,
            .before = {},
            .mode_before = TRY(mode_of_site_path(site, request.path)),
            .diff = {}};
    }
    if (request.operation == "write" && request.keep &&
        TRY(mode_of_site_path(site, request.path))) {
        return FileChange{};
    }
    if (request.operation == "write") {
        return write_site_file(site, request.path, request.content, mode, act);
    }
    if (request.operation == "remove") {
        return remove_site_path(site, request.path, act);
    }
    if (request.operation == "copy") {
        const std::set<std::string> left_out{request.left_out.begin(), request.left_out.end()};
        return copy_tree_to_site(site, request.source, request.path, left_out, act);
    }
    if (request.operation == "extract") {
        return extract_archive_to_site(site, archive.number(), request.path, act);
    }
    return fail(ErrorCode::Internal, "There is no such act on files.");
}

Result<FileChange> act_on_site_files(const Layout& layout, const SiteFileRequest& request) {
    TRY(get_account(layout, request.site));
    const auto outcome = TRY(process::run({
        .program = "/proc/self/exe",
        .argv = {"site-worker"},
        .environment = {},
        .working_directory = "/",
        .input = encode_request(request).dump(),
        .timeout = kWorkerMax,
        .on_line = {},
        .cancelled = {},
    }));
    if (outcome.exit_code != 0) {
        return fail(
            ErrorCode::Internal,
            "The site's files could not be handled.",
            "worker ended with " + std::to_string(outcome.exit_code) + ": " + outcome.errors
        );
    }
    return decode_answer(outcome.output);
}

int run_site_worker(const Layout& layout) {
    const std::string input{
        std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    const auto answer = [&]() -> Result<FileChange> {
        const json request = json::parse(input, nullptr, false);
        if (!request.is_object()) {
            return fail(ErrorCode::Internal, "The request to the worker is malformed.");
        }
        const auto typed = decode_request(request);
        const auto account = TRY(get_account(layout, typed.site));
        return perform(layout, account, typed);
    }();
    std::cout << (answer ? encode_change(*answer) : encode_error(answer.error()))
                     .dump(-1, ' ', false, json::error_handler_t::replace);
    std::cout.flush();
    return 0;
}

}  // namespace hostelry::agent
