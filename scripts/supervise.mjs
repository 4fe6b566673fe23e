import { spawn } from "node:child_process";
import { constants } from "node:os";
import { ROOT } from "./run-command.mjs";

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"];
/** Ctrl-C reaches us twice, from the terminal and from npm; the server would take the second for a second wish. */
const SAME_SIGNAL_MS = 400;

/**
 * Flags of Node that the server wants, as the image has them. Young garbage is collected by the thread that made it: helpers on several threads
 * take more CPU together than they save.
 */
const NODE_FLAGS = [
  ...["--disable-sigusr1", "--enable-source-maps", "--max-old-space-size-percentage=75"],
  "--no-parallel-scavenge",
];

/**
 * Runs the server as the one Node process and forwards signals to it once. It stands in a process group of its own, so that a terminal's
 * Ctrl-C comes by this way alone; the channel between the two closes when this process is killed, and the server then drains by itself.
 */
export function superviseServer({ node, args, env, onListening }) {
  let child = null;
  let isRestarting = false;
  const ended = new Promise((resolve) => {
    const launch = () => {
      child = spawn(node, [...NODE_FLAGS, ...args], {
        cwd: ROOT,
        detached: true,
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        env: { ...process.env, NODE_ENV: "production", UV_THREADPOOL_SIZE: "16", ...env },
      });
      child.on("message", (message) => message?.url && onListening(message.url));
      child.once("error", (error) => {
        console.error(`The server could not be started: ${error.message}`);
        resolve(1);
      });
      child.once("exit", (code, signal) => {
        if (!isRestarting) return resolve(code ?? 128 + (constants.signals[signal] ?? 0));
        isRestarting = false;
        launch();
      });
    };
    launch();
  });
  forwardSignals((signal) => child?.kill(signal));
  watchParent(() => child?.kill("SIGTERM"));
  return {
    ended,
    restart() {
      isRestarting = true;
      child?.kill("SIGINT");
    },
  };
}

function forwardSignals(send) {
  const last = new Map();
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      const now = Date.now();
      const isRepeated = now - (last.get(signal) ?? 0) < SAME_SIGNAL_MS;
      last.set(signal, now);
      if (!isRepeated) send(signal);
    });
  }
}

/** npm passes a SIGTERM to its shell alone, which ends without telling us: then our parent is another process than before. */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 250);
  timer.unref();
}
