import { WHOLE_SLOT, type Trigger } from '../domain/run.js'
import { pageSize, type Database } from './database.js'
import type { SlotRecord } from './queries.js'

/** The newest records of slots at or after an instant, newest first. */
export async function slotRecords(
  { client }: Database,
  scheduleId: string,
  from: Date,
  limit?: number,
): Promise<SlotRecord[]> {
  const rows = await client.jobRun.findMany({
    where: { scheduleId, scheduledFor: { gte: from } },
    select: { jobName: true, trigger: true, firstSlot: true, scheduledFor: true, slotCount: true },
    orderBy: { scheduledFor: 'desc' },
    take: pageSize(limit, 10_000, 100_000),
  })
  return rows.flatMap(({ jobName, trigger, scheduledFor, ...row }) =>
    scheduledFor === null
      ? []
      : [{ ...row, scheduledFor, isWriteOff: jobName === WHOLE_SLOT, trigger: trigger as Trigger }],
  )
}
