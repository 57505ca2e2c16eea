// One event stream per page, closed while the tab is hidden: HTTP/1.1 allows six connections per host, and with
// a stream in each of seven tabs the eighth would never load. It resumes with the last id it saw, as ?last=.
import htmx from "./htmx_global.js";

const HIDDEN_FOR_MS = 5000;

class Stream extends EventTarget {
  constructor(url) {
    super();
    this.url = new URL(url, location.href);
    this.names = new Set();
    this.readyState = EventSource.CONNECTING;
    this.onVisibility = () => this.followVisibility();
    document.addEventListener("visibilitychange", this.onVisibility);
    this.open();
  }

  open() {
    const source = new EventSource(this.url, { withCredentials: true });
    this.source = source;
    source.onopen = (event) => {
      this.readyState = EventSource.OPEN;
      this.onopen?.(event);
    };
    source.onerror = (event) => {
      this.readyState = source.readyState;
      if (source.readyState === EventSource.CLOSED) {
        document.removeEventListener("visibilitychange", this.onVisibility);
      }
      this.onerror?.(event);
    };
    for (const name of this.names) {
      this.relay(name);
    }
  }

  relay(name) {
    this.source.addEventListener(name, (event) => {
      if (event.lastEventId) {
        this.url.searchParams.set("last", event.lastEventId);
      }
      this.dispatchEvent(new MessageEvent(name, { data: event.data, lastEventId: event.lastEventId }));
    });
  }

  addEventListener(name, listener) {
    super.addEventListener(name, listener);
    if (!this.names.has(name)) {
      this.names.add(name);
      this.relay(name);
    }
  }

  followVisibility() {
    clearTimeout(this.timer);
    if (document.hidden) {
      this.timer = setTimeout(() => this.source.close(), HIDDEN_FOR_MS);
    } else if (this.source.readyState === EventSource.CLOSED) {
      this.open();
    }
  }

  close() {
    document.removeEventListener("visibilitychange", this.onVisibility);
    clearTimeout(this.timer);
    this.readyState = EventSource.CLOSED;
    this.source.close();
  }
}

htmx.createEventSource = (url) => new Stream(url);
