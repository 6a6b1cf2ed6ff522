import { systemClock } from '../../clock.js'
import type { CallGate } from '../call-gate.js'
import type { Database, Dialect, Statements } from '../database.js'
import { createTurns } from '../turns.js'
import type { Connection } from './connect.js'
import { describeFailure, isBusy } from './failures.js'
import { sqliteDialect, sqliteStatements } from './statements.js'

/**
 * How a lock is waited for, in milliseconds: how long in all (a pass as long as for a lost connection to a server), and how
 * long at most between two attempts, at first and with each refusal.
 *
 * The file's lock has no queue, it goes to whoever asks first once it is free. So the pause between two attempts is a
 * waiter's share of it: a person's write, and a heartbeat, come before the many of a crowd of passes. These ask the less
 * often the more they are, which each notices by how often it is refused; asking costs the processor that holders need.
 */
const PATIENCE_MS = {
  foreground: { total: 15_000, first: 2, growth: 0, longest: 2 },
  background: { total: 30_000, first: 25, growth: 6, longest: 100 },
} as const

/** Who was refused so short a time ago has others about. */
const CROWDED_MS = 2000

// Stores of one process on one file take turns: a driver that waits for another's lock keeps that one from going on.
const turnsByFile = new Map<string, ReturnType<typeof createTurns>>()

/** How soon a waiter asks again for the lock of a file. */
export type Urgency = keyof typeof PATIENCE_MS

interface Options {
  dialect?: Dialect
  gate?: CallGate | undefined
  urgency?: Urgency
}

/** The seam over an open file. Calls are synchronous underneath; between retries the event loop goes on. */
export function sqliteDatabase(
  connection: Connection,
  file: string,
  { dialect = sqliteDialect, gate, urgency = 'foreground' }: Options = {},
): Database {
  const inTurn = turnsByFile.get(file) ?? createTurns()
  turnsByFile.set(file, inTurn)
  const statements = sqliteStatements(connection, dialect)
  /** In a row, for the newest that was waited for. */
  let refusals = 0
  let refusedAtMs = Number.NEGATIVE_INFINITY

  function pause(): Promise<void> {
    const { first, growth, longest } = PATIENCE_MS[urgency]
    return systemClock.sleep(Math.random() * Math.min(first + growth * refusals, longest))
  }

  async function repeat<T>(work: () => Promise<T>): Promise<T> {
    const startedAtMs = systemClock.monotonicMs()
    for (;;) {
      try {
        return await (gate === undefined ? attempt(work) : gate.pass(() => attempt(work)))
      } catch (error) {
        const waitedMs = systemClock.monotonicMs() - startedAtMs
        if (!isBusy(error) || waitedMs >= PATIENCE_MS[urgency].total) throw describeFailure(error)
        refusedAtMs = systemClock.monotonicMs()
        await pause()
        refusals += 1
      }
    }
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // Asked of a closed connection, the driver aborts the process.
      if (connection.open && connection.inTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }

  async function transact<T>(work: (statements: Statements, unsure: boolean) => Promise<T>): Promise<T> {
    connection.exec('BEGIN IMMEDIATE')
    const result = await work(statements, false)
    connection.exec('COMMIT')
    return result
  }

  /** Others are about: whoever has just had the lock does not take it again before one of them could. */
  async function giveWay(): Promise<void> {
    refusals = 0
    if (systemClock.monotonicMs() - refusedAtMs < CROWDED_MS) await pause()
  }

  return {
    engine: 'sqlite',
    glance: (work) => inTurn(() => repeat(() => work(statements))),
    direct: (work) => inTurn(() => repeat(() => work(statements, false))),
    transaction: (work) =>
      inTurn(async () => {
        await giveWay()
        return repeat(() => transact(work))
      }),
    close: () =>
      inTurn(() => {
        if (connection.open) connection.close()
        return Promise.resolve()
      }),
  }
}
