import { messageOf, ScheduleError } from '../errors.js'
import type { Client, Database } from './database.js'

const NOT_MIGRATED = new Set(['P2021', 'P2022'])

interface Extensible {
  $extends(extension: unknown): unknown
}

/**
 * Makes every query reject with a ScheduleError; `check` names the cause where Prisma only sees a pool timeout. Once
 * closed it refuses queries: they would silently open the pool again and keep the process alive.
 */
export function guardClient(client: Client, check: () => Promise<void> | void): Pick<Database, 'client' | 'close'> {
  let closing: Promise<void> | null = null
  const extension = {
    query: {
      async $allOperations({ args, query }: { args: unknown; query: (args: unknown) => Promise<unknown> }) {
        if (closing !== null) throw new ScheduleError('DATABASE_UNREACHABLE', 'The connection has been closed')
        try {
          return await query(args)
        } catch (error) {
          throw await describe(error, check)
        }
      },
    },
  }
  return {
    client: (client as unknown as Extensible).$extends(extension) as Client,
    close: () => (closing ??= client.$disconnect()),
  }
}

async function describe(error: unknown, check: () => Promise<void> | void): Promise<unknown> {
  if (error instanceof ScheduleError) return error
  if (isMissingTable(error)) {
    return new ScheduleError(
      'DATABASE_NOT_MIGRATED',
      'The tables of run-due-schedules are missing, or older than this version',
      {
        fix: 'Run: npx run-due-schedules migrate',
        cause: error,
      },
    )
  }
  try {
    await check()
  } catch (cause) {
    return cause
  }
  const message = messageOf(error).trim().split('\n').at(-1) ?? ''
  return new ScheduleError('DATABASE_FAILED', `A query failed: ${message}`, { cause: error })
}

function isMissingTable(error: unknown): boolean {
  const code = (error as { code?: unknown }).code
  if (typeof code === 'string' && NOT_MIGRATED.has(code)) return true
  // Raw queries (P2010) carry the driver's words only.
  return /no such (table|column)|doesn't exist|Unknown column/.test(messageOf(error))
}
