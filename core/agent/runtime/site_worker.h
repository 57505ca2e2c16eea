#pragma once
// Hands an act on a site's files to a process of its own, which opens what root has to open,
// becomes the site's user and only then touches what a tenant could have put there.

#include "core/agent/runtime/accounts.h"
#include "core/agent/runtime/site_files.h"
#include "core/base/result.h"

#include <string>
#include <vector>

namespace hostelry::agent {

struct SiteFileRequest {
    std::string site;
    std::string operation;  ///< "look", "directory", "write", "remove", "copy" or "extract".
    std::string path;       ///< Relative to the home.
    std::string content;    ///< write
    std::int64_t mode = 0;  ///< directory, write
    std::string source;     ///< copy: absolute path; extract: absolute path of the archive
    std::vector<std::string> left_out;
    std::string sha256;  ///< extract
    bool keep = false;   ///< "write": what is there already stays as it is.
    bool dry_run = false;
};

/// From the agent: starts the worker and waits for its answer.
Result<FileChange> act_on_site_files(const Layout& layout, const SiteFileRequest& request);

/// The worker: reads the request from standard input, answers on standard output.
int run_site_worker(const Layout& layout);

/// The act itself, with root's rights given up on the way when `account` is another user.
Result<FileChange> perform(
    const Layout& layout, const Account& account, const SiteFileRequest& request
);

}  // namespace hostelry::agent
