import type { ConsolaInstance, LogObject } from 'consola'

/** Messages for people: what goes wrong or is worth knowing, never data. */
export interface Log {
  error(message: string): void
  warn(message: string): void
  info(message: string): void
  /** Resolves when everything has been written. */
  written(): Promise<void>
}

export interface LogOptions {
  write(text: string): void
  /** How to draw a level's tag. */
  tag(level: 'error' | 'warn' | 'info'): string
  /** quiet: errors only. */
  level: 'quiet' | 'normal' | 'verbose'
}

const LEVELS = { quiet: 0, normal: 1, verbose: 3 } as const

/** Consola behind a queue: it is loaded with the first message, so that a pass with nothing to say never pays for it. */
export function createLog(options: LogOptions): Log {
  let loaded: Promise<ConsolaInstance> | null = null
  let queue: Promise<void> = Promise.resolve()

  function say(level: 'error' | 'warn' | 'info', message: string): void {
    loaded ??= load(options)
    const consola = loaded
    queue = queue.then(async () => (await consola)[level](message))
  }

  return {
    error: (message) => say('error', message),
    warn: (message) => say('warn', message),
    info: (message) => say('info', message),
    written: () => queue,
  }
}

async function load({ write, tag, level }: LogOptions): Promise<ConsolaInstance> {
  const { createConsola } = await import('consola/core')
  const reporter = {
    log(entry: LogObject) {
      const kind = entry.type === 'error' || entry.type === 'warn' ? entry.type : 'info'
      const [first = '', ...rest] = entry.args.join(' ').split('\n')
      write([`${tag(kind)} ${first}`, ...rest].join('\n') + '\n')
    },
  }
  // Throttling would drop equal lines until a timer fires.
  return createConsola({ level: LEVELS[level], reporters: [reporter], throttle: 0 })
}
