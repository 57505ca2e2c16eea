// Makes dist/: style sheet, scripts, icon sprite, fonts and static files under hashed names, each compressible one
// with its .br and .gz twin; manifest.json, which maps logical names to file names; icons.json, the icons there are.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const finished = join(web, "dist");
const dist = join(web, "dist.new"); // takes the place of dist/ when everything succeeded
const modules = join(web, "node_modules");
const COMPRESSIBLE = new Set([".css", ".js", ".svg", ".txt"]);
const FONTS = {
  "inter-latin.woff2": "inter-latin-wght-normal.woff2",
  "inter-latin-ext.woff2": "inter-latin-ext-wght-normal.woff2",
};

const manifest = {};

const compress = (file, bytes) => {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
};

// Writes the bytes under a name that holds their hash; returns that name.
const emit = (name, bytes) => {
  const extension = extname(name);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 10);
  const file = `${basename(name, extension)}.${hash}${extension}`;
  writeFileSync(join(dist, file), bytes);
  if (COMPRESSIBLE.has(extension)) {
    compress(join(dist, file), bytes);
  }
  manifest[name] = file;
  return file;
};

const iconNames = () =>
  readFileSync(join(web, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));

const symbolOf = (name) => {
  let svg;
  try {
    svg = readFileSync(join(modules, "lucide-static", "icons", `${name}.svg`), "utf8");
  } catch {
    throw new Error(`icons.txt: there is no icon called "${name}"`);
  }
  const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
};

const filesBelow = (folder, extensions) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return filesBelow(path, extensions);
    }
    return extensions.includes(extname(entry.name)) ? [path] : [];
  });

// An icon that a template or a view model names, but the sprite lacks, would silently be an empty square.
const refuseUnknownIcons = (known) => {
  const sources = [...filesBelow(join(web, "templates"), [".cpt"]), ...filesBelow(join(web, "..", "core"), [".h", ".cpp"])];
  const uses = /\bicon(?:_with)?\(out, "([a-z0-9-]+)"|\.?\bicon = "([a-z0-9-]+)"/g;
  for (const source of sources) {
    for (const [, called, assigned] of readFileSync(source, "utf8").matchAll(uses)) {
      if (!known.has(called ?? assigned)) {
        throw new Error(`${source}: icon "${called ?? assigned}" is not in icons.txt`);
      }
    }
  }
};

const buildIcons = () => {
  const names = iconNames();
  refuseUnknownIcons(new Set(names));
  const symbols = names.map(symbolOf).join("\n");
  emit("icons.svg", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">\n${symbols}\n</svg>\n`));
  writeFileSync(join(dist, "icons.json"), `${JSON.stringify(names)}\n`);
};

const buildFonts = () => {
  for (const [name, file] of Object.entries(FONTS)) {
    emit(name, readFileSync(join(modules, "@fontsource-variable", "inter", "files", file)));
  }
};

const buildStyles = (scratch) => {
  const output = join(scratch, "app.css");
  const tailwind = join(modules, "@tailwindcss", "cli", "dist", "index.mjs");
  execFileSync(process.execPath, [tailwind, "-i", join(web, "styles", "app.css"), "-o", output, "--minify"], {
    cwd: web,
    stdio: ["ignore", "ignore", "inherit"],
  });
  let css = readFileSync(output, "utf8");
  for (const name of Object.keys(FONTS)) {
    css = css.replaceAll(`/assets/${name}`, `/assets/${manifest[name]}`);
  }
  emit("app.css", Buffer.from(css));
};

// esbuild hashes the chunks itself; the entry is renamed by us, like everything else.
const buildScripts = async () => {
  const result = await build({
    entryPoints: [join(web, "behaviors", "app.js")],
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: "es2022",
    legalComments: "none",
    outdir: dist,
    chunkNames: "[name].[hash]",
    write: false,
    logLevel: "warning",
  });
  for (const file of result.outputFiles) {
    const bytes = Buffer.from(file.contents);
    if (basename(file.path) === "app.js") {
      emit("app.js", bytes);
      continue;
    }
    writeFileSync(join(dist, basename(file.path)), bytes);
    compress(join(dist, basename(file.path)), bytes);
  }
};

const buildLicences = () => {
  const packages = ["@alpinejs/csp", "@fontsource-variable/inter", "daisyui", "htmx-ext-sse", "htmx.org", "idiomorph",
    "lucide-static", "tailwindcss", "uplot"];
  const texts = packages.map((name) => {
    const folder = join(modules, name);
    const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `${name} (${license})\n\n${file ? readFileSync(join(folder, file), "utf8").trim() : ""}\n`;
  });
  emit("licenses.txt", Buffer.from(texts.join(`\n${"-".repeat(80)}\n`)));
};

const buildStatic = () => {
  for (const name of readdirSync(join(web, "static"))) {
    emit(name, readFileSync(join(web, "static", name)));
  }
};

const scratch = mkdtempSync(join(tmpdir(), "hostelry-web-"));
try {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist);
  buildIcons();
  buildFonts();
  buildStyles(scratch);
  await buildScripts();
  buildStatic();
  buildLicences();
  writeFileSync(join(dist, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(finished, { recursive: true, force: true });
  renameSync(dist, finished);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(dist, { recursive: true, force: true });
  rmSync(scratch, { recursive: true, force: true });
}
