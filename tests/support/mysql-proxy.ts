import { createServer, connect, type Socket } from 'node:net'
import { createWire, type Weather } from './wire.js'

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
  /** Share of packets that are lost and sent again, from 0 to 1. */
  lose(share: number): void
  /** How many were lost. */
  lost(): number
  /** The database's clock, as far as statements ask for it (`UTC_TIMESTAMP(3)`), is that many seconds off. */
  shiftClock(seconds: number): void
  /** True: nothing gets through, and nobody is told, as behind a firewall that drops packets. */
  blackhole(on: boolean): void
  /** Closes all connections, as a server that restarts. */
  disconnect(): void
  close(): Promise<void>
}

const COM_QUERY = 3
const HEADER_BYTES = 4

/** Stands between a client and a MySQL server on loopback and misbehaves as told. */
export async function startMysqlProxy(databaseUrl: string): Promise<MysqlProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const statements: string[] = []
  const plans: { text: string; mischief: Mischief; times: number }[] = []
  const byNumber = new Map<number, Mischief>()
  const weather: Weather = { delayMs: 0, loss: 0, lost: 0 }
  let clockShiftS = 0
  let isBlackhole = false

  const server = createServer((client) => {
    const upstream = connect(Number(target.port || 3306), target.hostname)
    const [toServer, toClient] = [createWire(upstream, weather), createWire(client, weather)]
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
      else toClient(data)
    })
    client.on(
      'data',
      eachPacket((packet) => {
        if (isBlackhole) return
        const sql = statementOf(packet)
        if (sql !== null) statements.push(sql)
        const mischief = sql === null ? null : next(sql)
        if (mischief === null)
          toServer(sql === null || clockShiftS === 0 ? packet : queryPacket(shifted(sql, clockShiftS)))
        else if (mischief.kind === 'cut') client.destroy()
        else if (mischief.kind === 'fail') client.write(errorPacket(mischief))
        else if (mischief.kind === 'lose-answer') {
          swallowAnswer = true
          upstream.write(packet)
        }
      }),
    )
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
    delay: (ms) => void (weather.delayMs = ms),
    lose: (share) => void (weather.loss = share),
    lost: () => weather.lost,
    shiftClock: (seconds) => void (clockShiftS = seconds),
    blackhole: (on) => void (isBlackhole = on),
    disconnect,
    close: () => {
      disconnect()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** Calls back once per whole packet: a long statement arrives in pieces. */
function eachPacket(receive: (packet: Buffer) => void): (data: Buffer) => void {
  let pending = Buffer.alloc(0)
  return (data) => {
    pending = Buffer.concat([pending, data])
    while (pending.length >= HEADER_BYTES) {
      const end = HEADER_BYTES + pending.readUIntLE(0, 3)
      if (pending.length < end) return
      receive(pending.subarray(0, end))
      pending = pending.subarray(end)
    }
  }
}

/** The first packet of a command has number 0. */
function statementOf(packet: Buffer): string | null {
  return packet[3] === 0 && packet[HEADER_BYTES] === COM_QUERY ? packet.toString('utf8', HEADER_BYTES + 1) : null
}

function shifted(sql: string, seconds: number): string {
  return sql.replaceAll('UTC_TIMESTAMP(3)', `TIMESTAMPADD(SECOND, ${seconds}, UTC_TIMESTAMP(3))`)
}

function queryPacket(sql: string): Buffer {
  const text = Buffer.from(sql)
  const header = Buffer.from([0, 0, 0, 0, COM_QUERY])
  header.writeUIntLE(text.length + 1, 0, 3)
  return Buffer.concat([header, text])
}

function errorPacket({ errno, sqlState, message }: Extract<Mischief, { kind: 'fail' }>): Buffer {
  const body = Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), Buffer.from(`#${sqlState}${message}`)])
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, 1]), body])
}
