#include "core/platform/web/assets.h"
#include "core/platform/web/out.h"

#include "templates/components/dialog.cpt.h"
#include "templates/design/index.cpt.h"
#include "templates/layouts/error.cpt.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

// render_design DIST FOLDER: writes the design page, the sign-in page and an error page as HTML
// files, in both themes, for looking at them in a browser without a panel.
namespace {

using hostelry::view::Theme;

void write_page(const std::filesystem::path& path, const std::string& html) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << html;
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

void write_pages(
    const hostelry::view::Context& context,
    const std::filesystem::path& folder,
    const std::string& suffix
) {
    const auto page = hostelry::view::design_page(context.time.now());
    const auto sign_in = hostelry::view::design_sign_in();
    const auto missing = hostelry::view::error_page_for(404);
    namespace views = hostelry::views;
    using hostelry::view::Out;
    using hostelry::view::render;
    write_page(folder / "deletion.html", render(context, [&](Out& out) {
                   views::components::delete_dialog(out, page.dialog);
               }));
    write_page(folder / ("index" + suffix), render(context, [&](Out& out) {
                   views::design::index(out, page);
               }));
    write_page(folder / ("sign-in" + suffix), render(context, [&](Out& out) {
                   views::design::sign_in(out, sign_in);
               }));
    write_page(folder / ("error" + suffix), render(context, [&](Out& out) {
                   views::layouts::error(out, missing);
               }));
}

void run(const std::filesystem::path& dist, const std::filesystem::path& folder) {
    const hostelry::view::Assets assets(dist);
    hostelry::view::Context context{
        .assets = assets,
        .time = hostelry::view::ReaderTime("Europe/Berlin", hostelry::SystemClock().now()),
        .csrf_token = "t0k3n",
        .nonce = "n0nce",
        .request_id = "01934c7e-6f2a-7b31-9d4e-5a8c1f0b2e77"};
    std::filesystem::create_directories(folder);
    context.theme = Theme::Light;
    write_pages(context, folder, "-light.html");
    context.theme = Theme::Dark;
    write_pages(context, folder, "-dark.html");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: render_design DIST FOLDER\n";
        return 2;
    }
    try {
        run(argv[1], argv[2]);
    } catch (const std::exception& exception) {
        std::cerr << "render_design: " << exception.what() << '\n';
        return 1;
    }
    return 0;
}
