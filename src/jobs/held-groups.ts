import { spawn } from 'node:child_process'
import { Socket } from 'node:net'

import { addGroup, liveGroups, removeGroup } from './live-groups.js'

// Reads a list of groups per line and keeps the newest. Its input ends with this process, however that ended.
const GUARD = `trap '' HUP INT TERM; while read -r list; do groups=$list; done; kill -s KILL -- $groups`

let guard: ReturnType<typeof startGuard> | null = null

/** Before a group is started, so that no time is lost between its start and `holdGroup`. */
export function prepareToHold(): void {
  if (process.platform !== 'win32') guard ??= startGuard()
}

/**
 * Notes a process group that must not outlive this process: at its exit it is killed from here, and should this process be
 * killed itself, by a shell that does nothing else. Where there is no shell, only the former.
 */
export function holdGroup(pid: number): void {
  addGroup(pid)
  if (guard !== null) tell(guard)
}

export function releaseGroup(pid: number): void {
  removeGroup(pid)
  if (guard !== null) tell(guard)
}

/** One for the life of this process, which it does not keep alive. */
function startGuard() {
  const shell = spawn('sh', ['-c', GUARD], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  shell.once('error', () => undefined)
  shell.once('exit', () => {
    guard = null
  })
  shell.stdin.on('error', () => undefined)
  shell.unref()
  if (shell.stdin instanceof Socket) shell.stdin.unref()
  return shell
}

function tell({ stdin }: ReturnType<typeof startGuard>): void {
  const groups = [...liveGroups()].filter((pid) => pid > 0).map((pid) => -pid)
  stdin.write(`${groups.join(' ')}\n`)
}
