#pragma once

#include <libpq-fe.h>
#include <poll.h>

#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <string>

namespace hostelry::bench {

/// libpq and nothing else; ends the program when a statement fails.
class Link {
public:
    explicit Link(const std::string& dsn) : link_(PQconnectdb(dsn.c_str()), PQfinish) {
        run("set client_min_messages = warning");
    }

    int run(const char* sql) { return check(PQexec(link_.get(), sql)); }
    void prepare(const char* name, const char* sql) {
        check(PQprepare(link_.get(), name, sql, 0, nullptr));
    }
    int execute(const char* name, std::initializer_list<const char*> values = {}) {
        const auto count = static_cast<int>(values.size());
        return check(PQexecPrepared(link_.get(), name, count, values.begin(), nullptr, nullptr, 0));
    }
    void wait_for_notice() {
        for (;;) {
            PQconsumeInput(link_.get());
            bool heard = false;
            while (PGnotify* notice = PQnotifies(link_.get())) {
                PQfreemem(notice);
                heard = true;
            }
            if (heard) {
                return;
            }
            pollfd socket{PQsocket(link_.get()), POLLIN, 0};
            poll(&socket, 1, -1);
        }
    }

private:
    int check(PGresult* result) const {
        const auto status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
            std::fprintf(stderr, "%s", PQerrorMessage(link_.get()));
            std::exit(1);
        }
        const int rows = PQntuples(result);
        PQclear(result);
        return rows;
    }
    std::unique_ptr<PGconn, void (*)(PGconn*)> link_;
};

}  // namespace hostelry::bench
