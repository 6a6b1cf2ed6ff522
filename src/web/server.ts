import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { systemClock } from '../clock.js'
import { ScheduleError } from '../errors.js'
import type { WebEnv } from './session.js'

export interface Listening {
  /** As one types it into a browser. */
  url: string
  /** Lets answers under way finish, for `graceMs` milliseconds at most. */
  stop(graceMs: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 30_000
// Longer than the proxies before it: who closes first must not be the server.
const KEEP_ALIVE_MS = 65_000

/** Opens the socket. Throws USAGE where it cannot be had. */
export async function listen(app: Hono<WebEnv>, host: string, port: number): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: { headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
  }) as Server
  server.keepAliveTimeout = KEEP_ALIVE_MS
  const unused = unusedConnections(server)
  const underWay = answersUnderWay(server)
  await open(server, host, port)
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return { url: `http://${hostOf(host)}:${actual}`, stop: (graceMs) => stop(server, unused, underWay, graceMs) }
}

async function open(server: Server, host: string, port: number): Promise<void> {
  try {
    await attempt(server, host, port)
  } catch (error) {
    const code = codeOf(error)
    // Containers without IPv6 know no `::`.
    if (host !== '::' || (code !== 'EAFNOSUPPORT' && code !== 'EADDRNOTAVAIL')) throw refusal(code, host, port, error)
    await attempt(server, '0.0.0.0', port).catch((cause: unknown) => {
      throw refusal(codeOf(cause), '0.0.0.0', port, cause)
    })
  }
}

function attempt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** Connections without a request so far: browsers open some ahead, and Node does not count them as idle. */
function unusedConnections(server: Server): ReadonlySet<Socket> {
  const unused = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }) => unused.delete(socket))
  return unused
}

function answersUnderWay(server: Server): ReadonlySet<ServerResponse> {
  const underWay = new Set<ServerResponse>()
  server.prependListener('request', (_request, response: ServerResponse) => {
    if (!server.listening) response.shouldKeepAlive = false
    underWay.add(response)
    response.once('close', () => underWay.delete(response))
  })
  return underWay
}

async function stop(
  server: Server,
  unused: ReadonlySet<Socket>,
  underWay: ReadonlySet<ServerResponse>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  for (const socket of unused) socket.destroy()
  // Node closes what is idle now, but would keep these connections once they are answered.
  for (const response of underWay) response.shouldKeepAlive = false
  const patience = new AbortController()
  await Promise.race([closed, systemClock.sleep(graceMs, patience.signal)])
  patience.abort()
  server.closeAllConnections()
  await closed
}

function refusal(code: string, host: string, port: number, cause: unknown): ScheduleError {
  const why: Record<string, [string, string]> = {
    EADDRINUSE: ['is in use', 'end the program that uses it, or set PORT to another'],
    EACCES: ['may not be opened by this user', 'set PORT to 1024 or above'],
    ENOTFOUND: ['is no address of this machine', 'set HOST to `::`, `0.0.0.0` or `127.0.0.1`'],
    EADDRNOTAVAIL: ['is no address of this machine', 'set HOST to `::`, `0.0.0.0` or `127.0.0.1`'],
  }
  const [what, fix] = why[code] ?? [`cannot be opened (${code})`, 'set HOST and PORT to an address that is free']
  return new ScheduleError('USAGE', `${hostOf(host)}:${port} ${what}`, { fix, cause })
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}

function hostOf(host: string): string {
  if (host === '::' || host === '0.0.0.0') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
