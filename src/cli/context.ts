import type { Clock } from '../clock.js'

/** Everything a command may touch of the process it runs in. */
export interface CliContext {
  variables: NodeJS.ProcessEnv
  cwd: string
  stdout: Output
  stderr: Output
  clock: Clock
  setExitCode(code: number): void
}

/** Where text goes, and what can be shown there. */
export interface Output {
  write(text: string): void
  /** A terminal that can redraw a line; false in pipes, in CI and on dumb terminals. */
  isTTY: boolean
  /** Cells in a line; wide enough for any row where nobody looks (pipes, files). */
  columns: number
  colors: boolean
  /** False: only ASCII can be shown. Absent: true. */
  unicode?: boolean
}
