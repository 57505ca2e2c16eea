// Counts what held and what did not. A suite is a list of checks; a failed one ends a chain (its later checks stand on
// it) and is only noted in a suite of checks that stand alone.
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

export class ChainBroken extends Error {}

export class Checks {
  passed = 0;
  failed = 0;
  skipped = 0;

  async run(name, act) {
    const started = Date.now();
    try {
      await act();
      this.passed += 1;
      console.log(`ok    ${name} (${seconds(started)} s)`);
      return true;
    } catch (problem) {
      this.failed += 1;
      console.log(`FAIL  ${name}: ${problem.stack}${problem.stderr ? "\n" + problem.stderr : ""}`);
      return false;
    }
  }

  /** A check for suites whose checks stand on each other. */
  get chain() {
    return async (name, act) => {
      if (!(await this.run(name, act))) {
        throw new ChainBroken(name);
      }
    };
  }

  /** A check for suites whose checks stand alone. */
  get each() {
    return (name, act) => this.run(name, act);
  }

  skip(name, reason) {
    this.skipped += 1;
    console.log(`skip  ${name}: ${reason}`);
  }

  get line() {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : "";
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }
}

export function expect(what, ok) {
  if (!ok) {
    throw new Error(what);
  }
}

/** Fails with all lines that were found at once. */
export function expectNone(found) {
  expect("\n  " + [...new Set(found)].join("\n  "), found.length === 0);
}

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until `look` answers something; fails with `what` after `limit` seconds. */
export async function until(what, limit, look) {
  const end = Date.now() + limit * 1000;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`${what}: not within ${limit} s`);
    }
    await sleep(250);
  }
}
