import { accountedUntil, type SlotRange } from '../../calendar/window.js'
import { checkAccount, type AccountCheck } from '../../ledger/check-account.js'
import { messageOf } from '../../errors.js'
import type { Queries, ScheduleSummary } from '../../queries/queries.js'
import { plural } from '../render/text.js'
import { formatInstant } from '../render/time.js'
import { finding, type Finding } from './finding.js'

/** Rows read of one schedule; of a longer history the newest part is walked. */
const MOST_ROWS = 10_000
const AT_ONCE = 4
const SHOWN = 6

interface Account extends AccountCheck {
  schedule: ScheduleSummary
  rows: number
}

/** Walks the history of every schedule: each slot must have one fate. */
export async function checkLedger(
  queries: Queries,
  schedules: readonly ScheduleSummary[],
  now: Date,
): Promise<Finding[]> {
  const accounts: Account[] = []
  const unreadable: string[] = []
  for (let start = 0; start < schedules.length; start += AT_ONCE) {
    const some = schedules.slice(start, start + AT_ONCE)
    await Promise.all(
      some.map(async (schedule) => {
        try {
          accounts.push(await readAccount(queries, schedule, now))
        } catch (thrown) {
          unreadable.push(`${schedule.id}: ${messageOf(thrown)}`)
        }
      }),
    )
  }
  accounts.sort((a, b) => (a.schedule.id < b.schedule.id ? -1 : 1))
  const findings = [...holesOf(accounts, now), ...doublesOf(accounts, now), ...unreadableOf(unreadable)]
  if (findings.length > 0) return findings
  const slots = accounts.reduce((sum, account) => sum + account.slots, 0)
  const rows = accounts.reduce((sum, account) => sum + account.rows, 0)
  if (slots === 0) return [finding('ledger', 'ok', 'no slot has passed yet')]
  return [finding('ledger', 'ok', `each of ${plural(slots, 'slot')} has one fate, in ${plural(rows, 'row')}`)]
}

async function readAccount(queries: Queries, schedule: ScheduleSummary, now: Date): Promise<Account> {
  const account = await walk(queries, schedule, now)
  if (account.holes.length === 0) return account
  // A pass or a prune may have gone on between the two reads.
  const again = await queries.getSchedule(schedule.id)
  return again === null ? { ...account, holes: [] } : await walk(queries, again, now)
}

async function walk(queries: Queries, schedule: ScheduleSummary, now: Date): Promise<Account> {
  const rows = await queries.slotRecords(schedule.id, schedule.historyFrom, MOST_ROWS)
  const oldest = rows.length < MOST_ROWS ? undefined : rows.at(-1)
  const check = checkAccount(schedule, rows, now, oldest?.scheduledFor ?? schedule.historyFrom)
  return { ...check, schedule, rows: rows.length }
}

function holesOf(accounts: readonly Account[], now: Date): Finding[] {
  const holed = accounts.filter(({ holes }) => holes.length > 0)
  const [first] = holed
  if (first === undefined) return []
  const count = sumOf(holed.flatMap(({ holes }) => holes))
  return [
    finding('ledger', 'problem', `${plural(count, 'slot')} without a record: nobody can say what became of them`, {
      details: holed
        .flatMap(({ schedule, holes }) =>
          holes.map((hole) => `${describe(schedule, hole, now)}${whyOf(schedule, hole, now)}`),
        )
        .slice(0, SHOWN),
      fix: fixOf(first),
    }),
  ]
}

/** What has come after every slot with a fate, and is not due, somebody has jumped over by hand. */
function whyOf(schedule: ScheduleSummary, hole: SlotRange, now: Date): string {
  const { nextRunAt, timezone } = schedule
  if (hole.first <= accountedUntil(schedule)) return ''
  if (nextRunAt === null) return ': its nextRunAt is NULL, so nothing of it comes due'
  const next = formatInstant(nextRunAt, timezone, now)
  return `: its nextRunAt was set to a later instant; from ${next} on they are MISSED (edited)`
}

/** Pausing and resuming computes the next slot, whatever stood there. */
function fixOf(account: Account): string {
  const { id, nextRunAt } = account.schedule
  const runThem = `run them now: ${backfillOf(account)}`
  const goOn = `let it go on: npx run-due-schedules pause ${id}, then npx run-due-schedules resume ${id}`
  return nextRunAt === null ? `${goOn}; ${runThem}` : runThem
}

function doublesOf(accounts: readonly Account[], now: Date): Finding[] {
  const details = accounts.flatMap(({ schedule, overlaps, miscounted }) => [
    ...overlaps.map((range) => `${describe(schedule, range, now)}, recorded twice`),
    ...miscounted.map((range) => `${describe(schedule, range, now)}, recorded as ${range.recorded}`),
  ])
  if (details.length === 0) return []
  const message = 'some slots are recorded twice or miscounted: set by hand, or the time zone data has changed'
  return [finding('ledger', 'warning', message, { details: details.slice(0, SHOWN) })]
}

function unreadableOf(details: readonly string[]): Finding[] {
  if (details.length === 0) return []
  const message = `the account of ${plural(details.length, 'schedule')} cannot be read`
  return [finding('ledger', 'problem', message, { details: details.slice(0, SHOWN) })]
}

function describe({ id, timezone }: ScheduleSummary, { first, last, count }: SlotRange, now: Date): string {
  const from = formatInstant(first, timezone, now)
  const span = count === 1 ? from : `${from} to ${formatInstant(last, timezone, now)}`
  return `${id}: ${plural(count, 'slot')}, ${span} (${timezone})`
}

function backfillOf({ schedule, holes }: Account): string {
  const [first] = holes
  const last = holes.at(-1)
  if (first === undefined || last === undefined) return ''
  const to = new Date(last.last.getTime() + 60_000)
  return `npx run-due-schedules backfill ${schedule.id} --from ${first.first.toISOString()} --to ${to.toISOString()}`
}

function sumOf(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { count }) => sum + count, 0)
}
