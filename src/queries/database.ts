import type { PrismaClient } from './generated/mysql/client.js'

/** What queries need of a Prisma client; both generated clients have the same models. */
export type Client = Pick<
  PrismaClient,
  'job' | 'jobSchedule' | 'jobRun' | 'runnerPass' | 'auditEvent' | 'runnerSetting' | '$queryRaw' | '$disconnect'
>

/** An open database. */
export interface Database {
  readonly engine: 'mysql' | 'sqlite'
  readonly client: Client
  close(): Promise<void>
}

/** The page size asked for, within bounds: a whole number, whatever was asked for. */
export function pageSize(limit: number | undefined, usual: number, most: number): number {
  const asked = Math.trunc(limit ?? usual)
  return Number.isNaN(asked) ? usual : Math.min(Math.max(asked, 1), most)
}
