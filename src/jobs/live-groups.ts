// Pids of the process groups that jobs run in, 0 where free. Shared memory: a watchdog thread can still end
// these groups when a job blocks the main thread.
const CAPACITY = 1024
const pids = new Int32Array(new SharedArrayBuffer(CAPACITY * Int32Array.BYTES_PER_ELEMENT))
let watchesExit = false

/** The live process groups of this process's jobs; a thread that is given it can hand it to `killGroups`. */
export function liveGroups(): Int32Array {
  return pids
}

/** Kills every group of the list, at once. */
export function killGroups(groups: Int32Array): void {
  for (const pid of groups) if (pid > 0) signalGroup(pid, 'SIGKILL')
}

/** Notes a group that must not outlive this process. */
export function addGroup(pid: number): void {
  if (!watchesExit) process.on('exit', () => killGroups(pids))
  watchesExit = true
  const free = pids.indexOf(0)
  if (free !== -1) pids[free] = pid
}

export function removeGroup(pid: number): void {
  const at = pids.indexOf(pid)
  if (at !== -1) pids[at] = 0
}

/** Signals all processes of a group; 0 only asks. False when none is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // Windows knows no groups: there the signal ends the first process alone.
    return process.kill(process.platform === 'win32' ? pid : -pid, signal)
  } catch {
    return false
  }
}
