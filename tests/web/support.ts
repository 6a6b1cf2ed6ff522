import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '../../src/access/role.js'
import { issueToken } from '../../src/access/token.js'
import { ROOT } from '../architecture/read-imports.js'

export const SECRET = 'kJ8s0dK2lQpZx91mVbT7yRwEeUuIoPaS'

const PROGRAM = path.join(ROOT, 'bin/web-server.js')
const START_MS = 20_000

export interface WebServer {
  /** Without a slash at its end. */
  url: string
  child: ChildProcess
  output(): string
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
}

/** The web server as a process of its own, on a free port. */
export async function startWebServer(databaseUrl: string, env: Record<string, string> = {}): Promise<WebServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rds-web-'))
  const child = spawn(process.execPath, [PROGRAM], {
    cwd: folder,
    env: { ...bare(), DATABASE_URL: databaseUrl, JWT_SECRET: SECRET, HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true })
      resolve(code)
    })
  })
  return {
    url: await addressIn(child, () => output),
    child,
    output: () => output,
    stop: async () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

export function tokenFor(role: Role, options: { subject?: string; expiresInMs?: number } = {}): Promise<string> {
  const { subject = `${role}@example.com`, expiresInMs = 3_600_000 } = options
  const issuedAt = new Date()
  const expiresAt = new Date(issuedAt.getTime() + expiresInMs)
  return issueToken({ secret: new TextEncoder().encode(SECRET), role, subject, issuedAt, expiresAt })
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  /** Of an answer in JSON; null otherwise. */
  body: unknown
}

export interface Call {
  method?: string
  token?: string
  /** Sent as JSON. */
  body?: unknown
  headers?: Record<string, string>
  /** Sent as a form. */
  form?: Record<string, string>
}

/** One request; redirects are answers. */
export async function call(server: Pick<WebServer, 'url'>, target: string, options: Call = {}): Promise<Answer> {
  const { token, body, form } = options
  const response = await fetch(`${server.url}${target}`, {
    method: options.method ?? (body === undefined && form === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null }
}

/** Signs in as a browser does; the cookie to send from then on. */
export async function signIn(server: Pick<WebServer, 'url'>, token: string): Promise<string> {
  const answer = await call(server, '/sign-in', { form: { token, next: '/' } })
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

function bare(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' }
}

async function addressIn(child: ChildProcess, output: () => string): Promise<string> {
  for (let waitedMs = 0; waitedMs < START_MS && child.exitCode === null; waitedMs += 25) {
    const port = /serves http:\/\/[^:]+:(\d+)/.exec(output())?.[1]
    if (port !== undefined) return `http://127.0.0.1:${port}`
    await sleep(25)
  }
  throw new Error(`the web server did not start:\n${output()}`)
}
