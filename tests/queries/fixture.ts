import { v7 } from 'uuid'
import type { Prisma, PrismaClient } from '../../src/queries/generated/mysql/client.js'

export type RunInput = Partial<Prisma.JobRunCreateManyInput> & { scheduleId: string; jobName: string }
export type ScheduleInput = Partial<Prisma.JobScheduleCreateManyInput> & { id: string }

/** The generated client of a test database, for rows that a test puts there itself. Disconnect it. */
export async function prismaOn(url: string): Promise<PrismaClient> {
  if (url.startsWith('file:')) {
    const { PrismaClient } = await import('../../src/queries/generated/sqlite/client.js')
    const { PrismaLibSql } = await import('@prisma/adapter-libsql')
    return new PrismaClient({ adapter: new PrismaLibSql({ url }) }) as unknown as PrismaClient
  }
  const { PrismaClient } = await import('../../src/queries/generated/mysql/client.js')
  const { PrismaMariaDb } = await import('@prisma/adapter-mariadb')
  const { hostname, port, username, password, pathname } = new URL(url)
  const adapter = new PrismaMariaDb({
    host: hostname,
    port: Number(port),
    user: username,
    password,
    database: pathname.slice(1),
    connectionLimit: 1,
    timezone: '+00:00',
    allowPublicKeyRetrieval: true,
  })
  return new PrismaClient({ adapter })
}

/** A run id made at an instant. */
export function runId(at: Date): string {
  return v7({ msecs: at.getTime() })
}

/** A completed CRON run of 400 ms, four seconds after its slot, unless told otherwise. */
export function run(input: RunInput): Prisma.JobRunCreateManyInput {
  const slot = (input.scheduledFor ?? input.createdAt ?? new Date('2026-11-23T12:00:00Z')) as Date
  const startedAt = new Date(slot.getTime() + 4000)
  const durationMs = input.durationMs === undefined ? 400 : Number(input.durationMs)
  return {
    id: runId(input.createdAt === undefined ? startedAt : (input.createdAt as Date)),
    status: 'COMPLETED',
    scheduledFor: slot,
    attempt: 1,
    createdAt: startedAt,
    startedAt,
    finishedAt: new Date(startedAt.getTime() + durationMs),
    durationMs,
    ...input,
  }
}

export function schedule(input: ScheduleInput): Prisma.JobScheduleCreateManyInput {
  return { cron: '0 * * * *', configName: 'default', historyFrom: new Date('2026-10-01T00:00:00Z'), ...input }
}
