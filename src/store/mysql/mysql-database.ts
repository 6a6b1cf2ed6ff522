import type { Connection } from 'mysql2/promise'
import { systemClock } from '../../clock.js'
import { ScheduleError } from '../../errors.js'
import type { Database, Statements } from '../database.js'
import type { MysqlTarget } from '../database-url.js'
import { createTurns } from '../turns.js'
import { connect } from './connect.js'
import { describeFailure, isLost, isTransient } from './failures.js'
import { SESSION_SETTINGS } from './session.js'
import { mysqlStatements } from './statements.js'

const TRIES = 20
const RETRY_DELAY_MS = 10
// From the start of the operation; an answer that was long in coming leaves a few seconds.
const RECONNECT_MS = 30_000
const LEAST_RECONNECT_MS = 3000
const LONGEST_BACKOFF_MS = 3000
const CLOSE_WAIT_MS = 500
// Beyond any statement of ours, and short enough to notice a network that swallows packets before a lease is over.
const ANSWER_TIMEOUT_MS = 15_000

type Mode = 'glance' | 'direct' | 'transaction'

/** Connects. Throws DATABASE_UNREACHABLE. */
export async function openMysql(target: MysqlTarget, patience: Patience = {}): Promise<Database> {
  const { answerTimeoutMs = ANSWER_TIMEOUT_MS, reconnectMs = RECONNECT_MS } = patience
  const open = async (connection: Promise<Connection>) => createLink(await connection, answerTimeoutMs)
  let link: Link | null = await open(connect(target))
  const inTurn = createTurns()

  async function attempt<T>(mode: Mode, unsure: boolean, work: Work<T>, progress: Progress): Promise<T> {
    link ??= await open(reconnect(target, progress, reconnectMs))
    if (mode !== 'glance') await link.prepare()
    if (mode !== 'transaction') {
      progress.committing = true
      return await work(mysqlStatements(link.connection, null, answerTimeoutMs, mode === 'glance'), unsure)
    }
    const transaction = { begun: false }
    const result = await work(mysqlStatements(link.connection, transaction, answerTimeoutMs), unsure)
    progress.committing = true
    if (transaction.begun) await link.send('COMMIT')
    return result
  }

  async function repeat<T>(mode: Mode, work: Work<T>): Promise<T> {
    const progress: Progress = { committing: false, startedAtMs: systemClock.monotonicMs(), deadline: null }
    let unsure = false
    for (let tries = 1; ; tries++) {
      progress.committing = false
      try {
        return await attempt(mode, unsure, work, progress)
      } catch (error) {
        if (error instanceof ScheduleError) {
          await rollBack(mode)
          throw error
        }
        if (isLost(error) || link?.broken === true) {
          unsure ||= progress.committing
          drop()
        } else {
          await rollBack(mode)
          if (!isTransient(error)) throw describeFailure(error)
        }
        const isTooLate = progress.deadline !== null && systemClock.monotonicMs() > progress.deadline
        if (tries >= TRIES || isTooLate) throw describeFailure(error)
        await systemClock.sleep(Math.random() * RETRY_DELAY_MS * tries)
      }
    }
  }

  // 1205 undoes the statement only: a later COMMIT would persist the half before it.
  async function rollBack(mode: Mode): Promise<void> {
    if (mode !== 'transaction' || link === null) return
    try {
      await link.send('ROLLBACK')
    } catch {
      drop()
    }
  }

  function drop(): void {
    link?.connection.destroy()
    link = null
  }

  return {
    engine: 'mysql',
    glance: (work) => inTurn(() => repeat('glance', work)),
    direct: (work) => inTurn(() => repeat('direct', work)),
    transaction: (work) => inTurn(() => repeat('transaction', work)),
    close: () =>
      inTurn(async () => {
        const closing = link
        link = null
        if (closing === null) return
        const ended = closing.connection.end().catch(() => {})
        const patience = new AbortController()
        await Promise.race([ended, systemClock.sleep(CLOSE_WAIT_MS, patience.signal)])
        patience.abort()
        closing.connection.destroy()
      }),
  }
}

interface Patience {
  answerTimeoutMs?: number
  reconnectMs?: number
}

type Work<T> = (statements: Statements, unsure: boolean) => Promise<T>

interface Progress {
  /** What was sent last may have been carried out though no answer came. */
  committing: boolean
  startedAtMs: number
  /** Monotonic milliseconds until which reconnecting goes on. */
  deadline: number | null
}

interface Link {
  connection: Connection
  broken: boolean
  prepare(): Promise<void>
  send(sql: string): Promise<unknown>
}

function createLink(connection: Connection, timeout: number): Link {
  let prepared = false
  const link: Link = {
    connection,
    broken: false,
    send: (sql) => connection.query({ sql, timeout }),
    async prepare() {
      if (prepared) return
      await link.send(SESSION_SETTINGS)
      prepared = true
    },
  }
  // An idle connection that the server closes emits this; without a listener it would end the process.
  connection.on('error', () => {
    link.broken = true
  })
  return link
}

async function reconnect(target: MysqlTarget, progress: Progress, reconnectMs: number): Promise<Connection> {
  const nowMs = systemClock.monotonicMs()
  progress.deadline ??= Math.max(progress.startedAtMs + reconnectMs, nowMs + Math.min(reconnectMs, LEAST_RECONNECT_MS))
  for (let backoffMs = 50; ; backoffMs = Math.min(2 * backoffMs, LONGEST_BACKOFF_MS)) {
    try {
      return await connect(target)
    } catch (error) {
      if (systemClock.monotonicMs() + backoffMs >= progress.deadline) throw error
      await systemClock.sleep(backoffMs * (0.5 + Math.random() / 2))
    }
  }
}
