/** Run this once from the editor: checks everything, creates the labels, starts the minute trigger. */
function setup(): void {
  Relay.setUp();
}

/** The trigger runs this every minute: hands waiting mail to the desk. */
function tick(): void {
  Relay.runTick();
}

/** Run this from the editor to read in the log how the relay is doing. */
function status(): void {
  Relay.logStatus();
}

/** Run this from the editor to stop the relay; labels and mail stay as they are. */
function uninstall(): void {
  Relay.removeRelay();
}
