import { readFileSync } from 'node:fs'

/** True while a process runs; one that ended but was not reaped yet (a zombie) does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}

/** Resolves once a condition holds; fails when that takes over a minute. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 3000) throw new Error('it never came true')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
