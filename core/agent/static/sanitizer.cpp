// Only in sanitizer builds: the leak check stops all threads with ptrace, which the service's
// sandbox and a changed user forbid, and would end every helper process with an error.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options(
) {  // NOLINT(bugprone-reserved-identifier): its given name
    return "detect_leaks=0";
}
