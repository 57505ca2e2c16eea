// Extensions look for window.htmx while they load, so it is set in a module that is imported before them.
import htmx from "htmx.org";

window.htmx = htmx;
export default htmx;
