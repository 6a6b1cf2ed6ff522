import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { PassReport } from '../../src/pass/report.js'
import { connectTo, type TestDatabase, type TestEngine } from '../support/servers.js'

const ROOT = path.resolve(import.meta.dirname, '../..')

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  tookMs: number
}

export interface Started {
  child: ChildProcess
  ended: Promise<Ended>
}

/** A folder with a config file, and the command run in it as a process of its own. */
export class Project {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'rds-project-'))
  readonly database: TestDatabase | null
  /** Where bin/ and dist/ are. */
  readonly installation: string

  /** Environment of every pass. */
  readonly variables: Record<string, string>

  constructor(database: TestDatabase | null, installation = ROOT, variables: Record<string, string> = {}) {
    this.database = database
    this.installation = installation
    this.variables = variables
  }

  /** `body` is the object given to defineConfig; `effect(name)` appends a line to an fsynced file outside the database. */
  configure(body: string, file = 'schedules.config.mjs'): void {
    writeFileSync(
      path.join(this.folder, file),
      `${PREAMBLE(this.folder, this.installation)}\nexport default defineConfig(${body})\n`,
    )
  }

  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text)
  }

  /** What jobs did, in the order in which they did it. */
  effects(): string[] {
    return this.lines('effects.log')
  }

  /** Lines of a file of the folder; none while it is missing. */
  lines(name: string): string[] {
    const file = path.join(this.folder, name)
    return existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
      : []
  }

  /** `through`: a program, and its arguments, that starts the command. */
  start(args: readonly string[] = [], env: Record<string, string> = {}, through: readonly string[] = []): Started {
    const startedAt = performance.now()
    const command = path.join(this.installation, 'bin/run-due-schedules.js')
    const [program = '', ...rest] = [...through, process.execPath, command, ...args]
    const child = spawn(program, rest, {
      cwd: this.folder,
      env: this.#environment(env),
      stdio: 'pipe',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (code, signal) =>
        resolve({ code, signal, stdout, stderr, tookMs: performance.now() - startedAt }),
      )
    })
    return { child, ended }
  }

  run(args: readonly string[] = [], env: Record<string, string> = {}): Promise<Ended> {
    return this.start(args, env).ended
  }

  /** The parsed `--json` document beside the ending. */
  async json(
    args: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<Ended & { document: PassReport }> {
    const ended = await this.run([...args, '--json'], env)
    try {
      return { ...ended, document: JSON.parse(ended.stdout) as PassReport }
    } catch {
      throw new Error(`stdout is not one JSON document (exit ${ended.code}):\n${ended.stdout}\n${ended.stderr}`)
    }
  }

  /** Rows of the database, times as ISO strings. */
  async sql(text: string, values: (string | number | null)[] = []): Promise<Record<string, unknown>[]> {
    if (this.database === null) throw new Error('this project has no database')
    return this.database.url.startsWith('file:')
      ? sqlite(this.database.url, text, values)
      : mysql(this.database.url, text, values)
  }

  /** Makes schedules due: their next slot was `secondsAgo`. */
  async makeDue(ids: readonly string[], secondsAgo = 1): Promise<void> {
    const marks = ids.map(() => '?').join(', ')
    const instant = this.isSqlite
      ? `strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-${secondsAgo} seconds')`
      : `UTC_TIMESTAMP(3) - INTERVAL ${secondsAgo} SECOND`
    await this.sql(`UPDATE JobSchedule SET nextRunAt = ${instant} WHERE id IN (${marks})`, [...ids])
  }

  get isSqlite(): boolean {
    return this.database?.url.startsWith('file:') === true
  }

  async remove(): Promise<void> {
    await this.database?.drop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #environment(env: Record<string, string>): NodeJS.ProcessEnv {
    const { PATH = '', HOME = '' } = process.env
    return {
      PATH,
      HOME,
      ...(this.database === null ? {} : { DATABASE_URL: this.database.url }),
      ...this.variables,
      ...env,
    }
  }
}

/** The attempts of a JobRun row: MariaDB and SQLite give JSON columns as text. */
export function attemptsOf(run: Record<string, unknown> | undefined): unknown {
  const stored = run?.['attempts']
  return typeof stored === 'string' ? (JSON.parse(stored) as unknown) : stored
}

export async function aProject(engine: TestEngine | null): Promise<Project> {
  return new Project(engine === null ? null : await engine.createDatabase())
}

function PREAMBLE(folder: string, installation: string): string {
  return `
import { defineConfig, defineJob, commandJob, httpJob } from ${JSON.stringify(path.join(installation, 'dist/index.js'))}
import { openSync, writeSync, fsyncSync, closeSync, existsSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
const folder = ${JSON.stringify(folder)}
const effect = (line) => {
  const file = openSync(folder + '/effects.log', 'a')
  writeSync(file, line + '\\n')
  fsyncSync(file)
  closeSync(file)
}
void [defineJob, commandJob, httpJob, sleep, appendFile, existsSync, effect]`
}

async function mysql(
  url: string,
  text: string,
  values: (string | number | null)[],
): Promise<Record<string, unknown>[]> {
  const connection = await connectTo(url)
  try {
    const [rows] = await connection.query(text, values)
    return Array.isArray(rows) ? (rows as Record<string, unknown>[]).map(plain) : []
  } finally {
    await connection.end()
  }
}

async function sqlite(
  url: string,
  text: string,
  values: (string | number | null)[],
): Promise<Record<string, unknown>[]> {
  const { default: Database } = await import('libsql')
  const database = new Database(url.slice('file:'.length), { timeout: 5000 })
  try {
    const statement = database.prepare(text)
    if (!/^\s*(select|pragma)/i.test(text)) {
      statement.run(...values)
      return []
    }
    return (statement.all(...values) as Record<string, unknown>[]).map(plain)
  } finally {
    database.close()
  }
}

function plain(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  )
}
