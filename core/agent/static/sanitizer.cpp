// Only in sanitizer builds: the leak check stops all threads with ptrace, which the service's
// sandbox and a changed user forbid, and would end every helper process with an error.
// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): its given name
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
    return "detect_leaks=0";
}
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)
