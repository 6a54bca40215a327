// One behaviour a module, each found by its data attribute. Everything works without them.
import "./passthrough.js";
import "./focus.js";
import "./drawer.js";
import "./history.js";
import "./neighbours.js";
import "./keys.js";
import "./tabs.js";
import "./dialog.js";
import "./parts.js";
import "./menu.js";
import "./unsaved.js";
import "./busy.js";
import "./copy.js";
import "./countdown.js";
import "./toast.js";
import "./autosubmit.js";
import "./wait.js";
