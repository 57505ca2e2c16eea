#pragma once
// Inside this room only: several statements on their way to the server and back in one round trip.

#include "core/platform/db/link.h"
#include "core/platform/db/param.h"
#include "core/platform/db/result_set.h"

#include <span>
#include <string>
#include <vector>

namespace hostelry::db {

/// libpq's pipeline mode with one Sync: whatever follows a statement that fails is skipped, and
/// statements outside BEGIN are one transaction. Nothing here throws about an answer; a link that
/// broke on the way has fewer answers than statements. Once made it must be finished, or the link
/// is of no use any more.
class Pipeline {
public:
    explicit Pipeline(Link& link);
    Pipeline(const Pipeline&) = delete;
    Pipeline& operator=(const Pipeline&) = delete;

    void prepare(const std::string& name, const std::string& sql);
    void execute(const std::string& name, std::span<const Param> params);
    /// Without a name: parsed for this one time.
    void execute_text(const std::string& sql, std::span<const Param> params);

    /// The round trip. Answers in the order of sending, one for each call above; the last one may
    /// be what the server said when it ended the connection.
    std::vector<ResultSet> finish();
    /// After finish(): the connection cannot be used any more.
    bool is_broken() const { return broken_; }
    /// What libpq says about it.
    std::string reason() const;

private:
    void note_sent(int accepted);

    Link& link_;
    std::size_t sent_ = 0;
    bool broken_ = false;
};

}  // namespace hostelry::db
