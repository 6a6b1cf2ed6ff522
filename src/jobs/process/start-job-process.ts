import { fork, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

import { prepareToHold } from '../held-groups.js'

/** Starts the process of one job, the leader of a process group of its own. `memoryLimitMb` caps its heap. */
export function startJobProcess(name: string, memoryLimitMb: number | null): ChildProcess {
  const { file, flags } = findEntry()
  prepareToHold()
  return fork(file, [name, String(process.pid)], {
    execArgv: memoryLimitMb === null ? flags : [...flags, `--max-old-space-size=${memoryLimitMb}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
    serialization: 'advanced',
  })
}

/** Beside this file from source and in a flat build, one folder up when the build keeps its chunks apart. */
function findEntry(): { file: string; flags: string[] } {
  if (import.meta.url.endsWith('.ts')) {
    const loader = createRequire(import.meta.url)
      .resolve('jiti/package.json')
      .replace('package.json', 'lib/jiti-register.mjs')
    return { file: fileURLToPath(new URL('job-process.ts', import.meta.url)), flags: ['--import', loader] }
  }
  const beside = fileURLToPath(new URL('job-process.js', import.meta.url))
  return { file: existsSync(beside) ? beside : fileURLToPath(new URL('../job-process.js', import.meta.url)), flags: [] }
}
