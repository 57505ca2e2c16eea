#include "core/platform/web/compiler/template_compiler.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

// cpt NAME INPUT SHOWN_PATH HEADER SOURCE
// Compiles the template INPUT, known as NAME below the folder of templates, to HEADER and SOURCE.
namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

// A header that did not change keeps its time, so that callers are not compiled again.
void write_if_different(const std::filesystem::path& path, const std::string& text) {
    if (!std::filesystem::exists(path) || read_file(path) != text) {
        write_file(path, text);
    }
}

int run(
    const std::string& name,
    const std::string& input,
    const std::string& shown_path,
    const std::string& header,
    const std::string& source
) {
    const auto result = hostelry::cpt::compile(read_file(input), name, shown_path);
    for (const auto& error : result.errors) {
        std::cerr << shown_path << ':' << error.line << ':' << error.column
                  << ": error: " << error.message << '\n';
    }
    if (!result.errors.empty()) {
        return 1;
    }
    write_if_different(header, result.header);
    write_file(source, result.source);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 6) {
        std::cerr << "usage: cpt NAME INPUT SHOWN_PATH HEADER SOURCE\n";
        return 2;
    }
    try {
        return run(argv[1], argv[2], argv[3], argv[4], argv[5]);
    } catch (const std::exception& exception) {
        std::cerr << "cpt: " << exception.what() << '\n';
        return 1;
    }
}
