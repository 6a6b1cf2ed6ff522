import { createServer, connect, type Socket } from 'node:net'

/** What the proxy does with a statement instead of passing it through. */
export type Mischief =
  /** Carried out, but the connection dies before the answer arrives. */
  | { kind: 'lose-answer' }
  /** The connection dies before the server sees it. */
  | { kind: 'cut' }
  /** Not carried out; the server seems to answer with this error. */
  | { kind: 'fail'; errno: number; sqlState: string; message: string }
  /** Swallowed, and nothing is ever answered. */
  | { kind: 'silence' }

export interface MysqlProxy {
  /** The database's URL through the proxy. */
  url: string
  /** Statements that reached the proxy, in order. */
  statements: string[]
  /** Applied to the next `times` statements that contain `text`. */
  when(text: string, mischief: Mischief, times?: number): void
  /** Applied to the `n`-th statement from now on, whatever it is. */
  nth(n: number, mischief: Mischief): void
  /** Milliseconds that every packet waits, in either direction. */
  delay(ms: number): void
  /** True: nothing gets through, and nobody is told, as behind a firewall that drops packets. */
  blackhole(on: boolean): void
  /** Closes all connections, as a server that restarts. */
  disconnect(): void
  close(): Promise<void>
}

const COM_QUERY = 3

/** Stands between a client and a MySQL server on loopback and misbehaves as told. */
export async function startMysqlProxy(databaseUrl: string): Promise<MysqlProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const statements: string[] = []
  const plans: { text: string; mischief: Mischief; times: number }[] = []
  const byNumber = new Map<number, Mischief>()
  let delayMs = 0
  let isBlackhole = false

  function pass(to: Socket, data: Buffer): void {
    if (delayMs === 0) to.write(data)
    // Equal timers fire in order.
    else setTimeout(() => to.writable && to.write(data), delayMs)
  }

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname)
    let swallowAnswer = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.on('data', (data) => {
      if (isBlackhole) return
      if (swallowAnswer) client.destroy()
      else pass(client, data)
    })
    client.on('data', (data) => {
      if (isBlackhole) return
      const sql = data[4] === COM_QUERY ? data.toString('utf8', 5) : null
      if (sql !== null) statements.push(sql)
      const mischief = sql === null ? null : next(sql)
      if (mischief === null) pass(upstream, data)
      else if (mischief.kind === 'cut') client.destroy()
      else if (mischief.kind === 'fail') client.write(errorPacket(mischief))
      else if (mischief.kind === 'lose-answer') {
        swallowAnswer = true
        upstream.write(data)
      }
    })
  })

  function next(sql: string): Mischief | null {
    const numbered = byNumber.get(statements.length)
    if (numbered !== undefined) {
      byNumber.delete(statements.length)
      return numbered
    }
    const plan = plans.find((each) => each.times > 0 && sql.includes(each.text))
    if (plan === undefined) return null
    plan.times--
    return plan.mischief
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = new URL(databaseUrl)
  url.port = String(typeof address === 'object' && address !== null ? address.port : 0)
  const disconnect = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: url.href,
    statements,
    when: (text, mischief, times = 1) => plans.push({ text, mischief, times }),
    nth: (n, mischief) => void byNumber.set(statements.length + n, mischief),
    delay: (ms) => void (delayMs = ms),
    blackhole: (on) => void (isBlackhole = on),
    disconnect,
    close: () => {
      disconnect()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function errorPacket({ errno, sqlState, message }: Extract<Mischief, { kind: 'fail' }>): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), Buffer.from(`#${sqlState}${message}`)])
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, 1]), body])
}
