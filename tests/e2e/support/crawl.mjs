// Follows the links of the panel, from the dashboard to everything that can be reached.

// How many pages of one route are enough: each state in the seed has a thing's own page; what lies below it (edit,
// deletion) and the filters and orders of a list look alike.
const OF_THINGS = 10;
const OF_OTHERS = 2;

/** "/sites/0189…/settings?q=x" is one of many "/sites/{}/settings?q". */
function kindOf(url) {
  const path = url.pathname.replace(/\/([0-9a-f]{8}-[0-9a-f-]{27}|\d+)(?=\/|$)/g, "/{}");
  const keys = [...url.searchParams.keys()].sort().join("&");
  return path + (keys ? "?" + keys : "");
}

export class Crawl {
  visited = new Set();
  #queue = [];
  #seen = new Set();
  #counts = new Map();

  constructor(origin) {
    this.origin = origin;
    this.offer(origin + "/");
  }

  offer(address) {
    const url = new URL(address);
    url.hash = "";
    const isOurs = url.origin === this.origin && !url.pathname.startsWith("/assets/") && !url.pathname.startsWith("/api/");
    if (!isOurs || this.#seen.has(url.href)) {
      return;
    }
    this.#seen.add(url.href);
    const kind = kindOf(url);
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= (kind.endsWith("/{}") ? OF_THINGS : OF_OTHERS)) {
      this.#queue.push({ url, isFirst: count === 1 });
    }
  }

  /**
   * Visits all; `pages` work side by side. `look(page, name, answer, isFirst)` is called on each
   * document; `isFirst`: none of its route was there before.
   */
  async run(pages, look) {
    let busy = 0;
    const work = async (page) => {
      while (this.#queue.length > 0 || busy > 0) {
        const next = this.#queue.shift();
        if (!next) {
          await new Promise((done) => setTimeout(done, 20));
          continue;
        }
        busy += 1;
        try {
          await this.#visit(page, next, look);
        } finally {
          busy -= 1;
        }
      }
    };
    await Promise.all(pages.map(work));
  }

  async #visit(page, { url, isFirst }, look) {
    const answer = await page.goto(url.href);
    for (const link of await page.evaluate(() => [...document.links].map((a) => a.href))) {
      if (link.startsWith("http")) {
        this.offer(link);
      }
    }
    this.visited.add(url.pathname);
    await look(page, url.pathname + url.search, answer, isFirst);
  }
}
