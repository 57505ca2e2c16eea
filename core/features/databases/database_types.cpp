#include "core/features/databases/database_types.h"

namespace hostelry::databases {

DatabaseAnswer answer_of(const SiteDatabase& database) {
    return {
        .id = database.id,
        .name = database.name,
        .user = database.user_name,
        .site = database.site.to_string(),
        .site_domain = database.site_domain,
        .account = database.tenant_name,
        .is_made = database.is_made,
        .is_resetting = database.is_resetting,
        .size_bytes = database.size_bytes,
        .table_count = database.table_count,
        .measured_at = database.measured_at,
        .created_at = database.created_at,
    };
}

}  // namespace hostelry::databases

template <>
const hostelry::Description& hostelry::describe<hostelry::databases::ListDatabases>() {
    using databases::ListDatabases;
    static const Description kDescription{
        "ListDatabases",
        {
            field<&ListDatabases::words>(
                "q", {.label = "Words", .help = "Only those with this in site or name", .max = 300}
            ),
            // A domain and a name of a database, the longest there are.
            field<&ListDatabases::after>(
                "after",
                {.label = "After", .help = "Go on behind the answer whose next this is", .max = 400}
            ),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::databases::DatabaseAnswer>() {
    using Answer = databases::DatabaseAnswer;
    static const Description kDescription{
        "Database",
        {
            field<&Answer::id>("id"),
            field<&Answer::name>("name"),
            field<&Answer::user>("user"),
            field<&Answer::site>("site"),
            field<&Answer::site_domain>("site_domain"),
            field<&Answer::account>("account"),
            field<&Answer::is_made>("is_made"),
            field<&Answer::is_resetting>("is_resetting"),
            field<&Answer::size_bytes>("size_bytes"),
            field<&Answer::table_count>("table_count"),
            field<&Answer::measured_at>("measured_at"),
            field<&Answer::created_at>("created_at"),
        }};
    return kDescription;
}

template <>
const hostelry::Description& hostelry::describe<hostelry::databases::PasswordResetAnswer>() {
    static const Description kDescription{
        "DatabasePasswordReset", {field<&databases::PasswordResetAnswer::job>("job")}};
    return kDescription;
}
