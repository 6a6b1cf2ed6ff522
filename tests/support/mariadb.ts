import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import mysql from 'mysql2/promise'

const run = promisify(execFile)
const FOLDERS = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/libexec']

/** A private MariaDB server in a temporary folder. */
export interface MariadbServer {
  readonly port: number
  readonly folder: string
  /** DATABASE_URL of one of its databases. */
  url(database: string): string
  createDatabase(name: string): Promise<string>
  /** Orderly shutdown; removes the folder. */
  stop(): Promise<void>
  /** SIGKILL, as in a power cut; the data stay for `restart`. */
  kill(): Promise<void>
  restart(): Promise<void>
}

export function mariadbIsInstalled(): boolean {
  return find('mariadbd', 'mysqld') !== null && find('mariadb-install-db', 'mysql_install_db') !== null
}

/** Starts one; it dies with the process `ownerPid` even if that is killed. `env` is added to its environment, `options` to its command line. */
export async function startMariadb(
  ownerPid: number = process.pid,
  env: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<MariadbServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rds-mariadb-'))
  const port = await freePort()
  await install(folder)
  let server = launch(folder, port, env, options)
  const watchdog = watch(ownerPid, folder)
  await untilReady(port, server, folder)
  const url = (database: string) => `mysql://root@127.0.0.1:${port}/${database}`

  return {
    port,
    folder,
    url,
    async createDatabase(name) {
      await execute(port, `CREATE DATABASE \`${name}\``)
      return url(name)
    },
    async stop() {
      await end(server, 'SIGTERM')
      watchdog.kill('SIGKILL')
      await rm(folder, { recursive: true, force: true })
    },
    kill: () => end(server, 'SIGKILL'),
    async restart() {
      await end(server, 'SIGTERM')
      server = launch(folder, port, env, options)
      await untilReady(port, server, folder)
    },
  }
}

/** Ends a server known by its folder only, as another process started it. */
export async function stopMariadbIn(folder: string): Promise<void> {
  const pid = Number(await readFile(path.join(folder, 'pid'), 'utf8').catch(() => '0'))
  if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL')
  while (pid > 0 && isAlive(pid)) await sleep(20)
  await rm(folder, { recursive: true, force: true })
}

function find(...names: string[]): string | null {
  const paths = names.flatMap((name) => FOLDERS.map((folder) => path.join(folder, name)))
  return paths.find((file) => existsSync(file)) ?? null
}

async function install(folder: string): Promise<void> {
  const script = find('mariadb-install-db', 'mysql_install_db')
  if (script === null) throw new Error('MariaDB is not installed: no mariadb-install-db found')
  await run(script, [
    '--no-defaults',
    `--datadir=${folder}/data`,
    `--user=${userInfo().username}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
  ])
}

function launch(folder: string, port: number, env: Record<string, string>, options: readonly string[]): ChildProcess {
  const binary = find('mariadbd', 'mysqld')
  if (binary === null) throw new Error('MariaDB is not installed: no mariadbd found')
  const server = spawn(
    binary,
    [
      '--no-defaults',
      `--user=${userInfo().username}`,
      `--datadir=${folder}/data`,
      // A server that starts removes the temporary tables it finds, also those of another one that shares the folder.
      `--tmpdir=${folder}`,
      `--socket=${folder}/socket`,
      `--pid-file=${folder}/pid`,
      `--log-error=${folder}/error.log`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-networking=0',
      '--skip-log-bin',
      '--skip-name-resolve',
      '--max-connections=400',
      '--innodb-flush-log-at-trx-commit=1',
      '--innodb-buffer-pool-size=64M',
      '--innodb-log-file-size=32M',
      ...options,
    ],
    { detached: true, stdio: 'ignore', env: { ...process.env, ...env } },
  )
  server.unref()
  return server
}

function watch(ownerPid: number, folder: string): ChildProcess {
  const script = `while kill -0 ${ownerPid} 2>/dev/null; do sleep 2; done; kill -9 $(cat ${folder}/pid); rm -rf ${folder}`
  const watchdog = spawn('sh', ['-c', script], { detached: true, stdio: 'ignore' })
  watchdog.unref()
  return watchdog
}

async function untilReady(port: number, server: ChildProcess, folder: string): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) break
    try {
      await execute(port, 'SELECT 1')
      return
    } catch {
      await sleep(50)
    }
  }
  const log = await readFile(path.join(folder, 'error.log'), 'utf8').catch(() => '(no log)')
  throw new Error(`MariaDB did not start:\n${log.slice(-2000)}`)
}

async function execute(port: number, sql: string): Promise<void> {
  const connection = await mysql.createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 2000 })
  try {
    await connection.query(sql)
  } finally {
    connection.destroy()
  }
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  // Nothing else may keep this process, which would then end in the middle of the wait.
  server.ref()
  server.kill(signal)
  await ended
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
