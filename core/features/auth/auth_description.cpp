#include "core/features/auth/auth.h"

namespace hostelry {

template <>
const Description& describe<auth::SignIn>() {
    static const Description kDescription{
        "SignIn",
        {
            field<&auth::SignIn::email>("email", {.label = "E-mail", .required = true, .max = 254}),
            field<&auth::SignIn::password>(
                "password",
                {.label = "Password", .kind = Kind::Password, .required = true, .max = 1024}
            ),
        }};
    return kDescription;
}

template <>
const Description& describe<auth::SetUp>() {
    static const Description kDescription{
        "SetUp",
        {
            field<&auth::SetUp::company>(
                "company",
                {.label = "Your company",
                 .help = "The name your customers know you by. It can be changed later.",
                 .required = true,
                 .max = 200,
                 .placeholder = "Northlight Hosting"}
            ),
            field<&auth::SetUp::name>("name", {.label = "Your name", .required = true, .max = 200}),
            field<&auth::SetUp::email>(
                "email",
                {.label = "E-mail",
                 .help = "You sign in with it.",
                 .kind = Kind::Email,
                 .required = true,
                 .max = 254}
            ),
            field<&auth::SetUp::password>(
                "password",
                {.label = "Password",
                 .help = "At least 12 characters. A few unrelated words make a good password.",
                 .kind = Kind::Password,
                 .required = true,
                 .max = 1024}
            ),
            field<&auth::SetUp::time_zone>(
                "time_zone", {.label = "Time zone", .required = true, .max = 64}
            ),
        }};
    return kDescription;
}

}  // namespace hostelry
