// Where things are, as the caller says by its environment.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export const source = process.env.HOSTELRY_SOURCE ?? process.cwd();
export const programs = process.env.HOSTELRY_BIN ?? join(source, "build/test/bin");
export const built = join(programs, "..");
export const bedName = process.env.HOSTELRY_BED_NAME ?? "e2e";
export const bedSubnet = process.env.HOSTELRY_BED_SUBNET ?? "10.78.9";
const scratch = process.env.HOSTELRY_TEST_STATE ?? "/var/tmp/hostelry-e2e";

/** A folder below the scratch folder; postgres and Chromium's sandbox may pass through it. */
export function folder(...names) {
  const path = join(scratch, ...names);
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}
