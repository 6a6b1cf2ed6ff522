import { spawn } from 'node:child_process'

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  tookMs: number
}

interface Surroundings {
  cwd: string
  /** Beside PATH and HOME, and nothing else. */
  env?: Record<string, string>
  /** Called with the running process, to signal it or to close its pipes. */
  meanwhile?: (child: ReturnType<typeof spawn>) => void
}

/** Runs a program in a bare environment until its output has ended. */
export function execute(
  command: string,
  args: readonly string[],
  { cwd, env, meanwhile }: Surroundings,
): Promise<Ended> {
  const startedAt = performance.now()
  const bare = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
  const child = spawn(command, args, { cwd, env: { ...bare, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  meanwhile?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout, stderr, tookMs: performance.now() - startedAt }),
    )
  })
}
