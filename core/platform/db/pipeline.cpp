#include "core/platform/db/pipeline.h"

namespace hostelry::db {
namespace {

std::vector<const char*> texts_of(std::span<const Param> params) {
    std::vector<const char*> texts;
    texts.reserve(params.size());
    for (const auto& param : params) {
        texts.push_back(param.c_str());
    }
    return texts;
}

}  // namespace

Pipeline::Pipeline(Link& link) : link_(link) {
    broken_ = PQenterPipelineMode(link_.handle()) == 0;
}

void Pipeline::prepare(const std::string& name, const std::string& sql) {
    note_sent(PQsendPrepare(link_.handle(), name.c_str(), sql.c_str(), 0, nullptr));
}

void Pipeline::execute(const std::string& name, std::span<const Param> params) {
    const auto texts = texts_of(params);
    const auto count = static_cast<int>(texts.size());
    note_sent(
        PQsendQueryPrepared(link_.handle(), name.c_str(), count, texts.data(), nullptr, nullptr, 0)
    );
}

void Pipeline::execute_text(const std::string& sql, std::span<const Param> params) {
    const auto texts = texts_of(params);
    const auto count = static_cast<int>(texts.size());
    note_sent(PQsendQueryParams(
        link_.handle(), sql.c_str(), count, nullptr, texts.data(), nullptr, nullptr, 0
    ));
}

void Pipeline::note_sent(int accepted) {
    broken_ = broken_ || accepted == 0;
    ++sent_;
}

std::vector<ResultSet> Pipeline::finish() {
    std::vector<ResultSet> answers;
    answers.reserve(sent_);
    // Also when something was not accepted: the server's farewell may wait to be read.
    broken_ = PQpipelineSync(link_.handle()) == 0 || broken_;
    while (answers.size() < sent_) {
        ResultSet answer{decltype(ResultSet::result){PQgetResult(link_.handle())}};
        if (answer.result == nullptr) {
            broken_ = true;  // libpq has nothing more to wait for
            return answers;
        }
        answers.push_back(std::move(answer));
        if (PQstatus(link_.handle()) != CONNECTION_OK) {
            broken_ = true;
            return answers;
        }
        // Each statement's answer ends with nothing.
        while (PGresult* more = PQgetResult(link_.handle())) {
            PQclear(more);
        }
    }
    const ResultSet sync{decltype(ResultSet::result){PQgetResult(link_.handle())}};
    broken_ = broken_ || PQresultStatus(sync.result.get()) != PGRES_PIPELINE_SYNC ||
              PQexitPipelineMode(link_.handle()) == 0;
    return answers;
}

std::string Pipeline::reason() const {
    return PQerrorMessage(link_.handle());
}

}  // namespace hostelry::db
