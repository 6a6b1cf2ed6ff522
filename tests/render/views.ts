import { stripVTControlCharacters } from 'node:util'
import type { Output } from '../../src/cli/context.js'
import { themeOf, type Theme } from '../../src/cli/render/theme.js'
import type { Run } from '../../src/domain/run.js'
import type { Overview, RunSummary, ScheduleSummary, SlotOutcome } from '../../src/queries/queries.js'
import { scheduleRow } from '../support/schedule-row.js'

export const NOW = new Date('2026-11-23T15:48:20Z')
export const ZONE = 'Europe/Berlin'

const MINUTE = 60_000

/** So many minutes from NOW. */
export const minutes = (count: number): Date => new Date(NOW.getTime() + count * MINUTE)

export const theme = (columns: number, change: Partial<Output> = {}): Theme =>
  themeOf({ columns, colors: false, unicode: true, ...change })

/** Renders once in colour and once without; fails where colours change anything but the escape codes. */
export function plain(columns: number, render: (theme: Theme) => string): string {
  const text = render(theme(columns))
  const colored = stripVTControlCharacters(render(theme(columns, { colors: true })))
  if (text.includes('\u001b')) throw new Error(`escape codes without colours: ${JSON.stringify(text)}`)
  // Bars take the place of signs where their colour tells the outcome.
  const withoutSigns = (given: string) => given.replaceAll(/[▁▂▃▄▅▆▇█✓✗–]/g, '?')
  if (withoutSigns(colored) !== withoutSigns(text)) throw new Error(`colours change the text:\n${colored}\n${text}`)
  return text
}

export function listed(change: Partial<ScheduleSummary> & { id: string; cronInWords?: string }) {
  return { ...SCHEDULE, cronInWords: 'Every hour', ...change }
}

export function summary(change: Partial<RunSummary>): RunSummary {
  return { ...RUN, ...change }
}

export function wholeRun(change: Partial<Run>): Run {
  return { ...RUN, output: null, log: null, params: null, attempts: [], ...change }
}

export function slot(change: Partial<SlotOutcome> = {}): SlotOutcome {
  return {
    scheduledFor: NOW,
    firstSlot: null,
    slotCount: 1,
    status: 'COMPLETED',
    reason: null,
    runs: 1,
    durationMs: 400,
    startedAt: NOW,
    ...change,
  }
}

const SCHEDULE: ScheduleSummary = {
  ...scheduleRow({ cron: '@hourly', historyFrom: NOW, nextRunAt: minutes(12) }),
  state: 'waiting',
  runningRuns: 0,
  waitingRuns: 0,
}

const RUN: RunSummary = {
  id: '01a2091b-7c98-7028-8058-67de5b4e2ae9',
  scheduleId: 'hourly-all',
  jobName: 'warm-cache',
  trigger: 'CRON',
  status: 'COMPLETED',
  reason: null,
  scheduledFor: minutes(-48),
  firstSlot: null,
  slotCount: 1,
  attempt: 1,
  maxAttempts: 1,
  crashes: 0,
  availableAt: null,
  priority: 0,
  passId: 7,
  createdAt: minutes(-48),
  startedAt: minutes(-48),
  finishedAt: minutes(-48),
  durationMs: 390,
  progress: null,
  requestedBy: null,
  cancelRequestedAt: null,
  error: null,
}

export const OVERVIEW: Overview = {
  now: NOW,
  globalPause: null,
  schedules: { total: 4, active: 3, paused: 0, orphaned: 0, failing: 0, due: 0 },
  open: { running: 0, queued: 0, pending: 0 },
  lastDay: {},
  running: [],
  failing: [],
  lastPass: {
    id: 7,
    kind: 'PASS',
    host: 'runner',
    pid: 42,
    version: '1.0.0',
    configName: 'default',
    startedAt: minutes(-48),
    finishedAt: minutes(-47),
    leaseUntil: null,
    status: 'FINISHED',
  },
  lastSignOfLifeAt: minutes(-47),
  next: null,
}
