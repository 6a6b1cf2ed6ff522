import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { engines } from '../support/servers.js'
import { readHistory, type History } from './history.js'
import { aProject, type Project } from './project.js'

const POLICIES = ['wait', 'skip', 'allow', 'replace'] as const
const CONFIG = `{
  concurrency: 20,
  jobs: [defineJob({ name: 'hold', run: async ({ scheduleId, scheduledFor, signal }) => {
    const isFirst = !existsSync(folder + '/first-' + scheduleId)
    effect(scheduleId + (isFirst ? ' first' : ' second'))
    if (!isFirst) return
    const { writeFileSync } = await import('node:fs')
    writeFileSync(folder + '/first-' + scheduleId, '')
    while (!existsSync(folder + '/let-go') && !signal.aborted) await sleep(20)
    if (signal.aborted) throw signal.reason
  } })],
  schedules: ${JSON.stringify(POLICIES)}.map((overlap) => ({ id: overlap, cron: '0 3 1 1 *', jobs: ['hold'], overlap })),
}`
const SHORT = { LEASE_MS: '9000' }

describe.each(engines())('a slot that comes due while a run of the schedule is open on $name', (engine) => {
  let project: Project
  let during: History
  let afterwards: History
  let plan: Map<string, string>

  beforeAll(async () => {
    project = await aProject(engine)
    project.configure(CONFIG)
    await project.run([], SHORT)
    await project.makeDue(POLICIES, 2)
    const first = project.start([], SHORT)
    // In a hook there is no expect.poll.
    await vi.waitFor(() => expect(project.effects()).toHaveLength(4), { timeout: 60_000, interval: 50 })
    await project.makeDue(POLICIES, 0)
    const dry = await project.json(['--dry-run'], SHORT)
    const { plan: entries } = dry.document as unknown as { plan: { scheduleId: string; decision: string }[] }
    plan = new Map(entries.map(({ scheduleId, decision }) => [scheduleId, decision]))
    expect((await project.run([], SHORT)).code).toBe(0)
    during = await readHistory(project)
    project.write('let-go', '')
    expect((await first.ended).code).toBe(0)
    expect((await project.run([], SHORT)).code).toBe(0)
    afterwards = await readHistory(project)
  })
  afterAll(() => project.remove())

  it('waits with `wait`, and runs once the other has ended', () => {
    expect([plan.get('wait'), during.fates('wait')]).toEqual(['locked', ['RUNNING 1']])
    expect(during.schedules.get('wait')?.state).toBe('running')
    expect(afterwards.fates('wait')).toEqual(['COMPLETED 1', 'COMPLETED 1'])
  })

  it('is skipped with `skip`', () => {
    expect([plan.get('skip'), during.fates('skip')]).toEqual(['skip', ['RUNNING 1', 'SKIPPED overlap 1']])
    expect(afterwards.fates('skip')).toEqual(['COMPLETED 1', 'SKIPPED overlap 1'])
  })

  it('runs beside the other with `allow`', () => {
    expect([plan.get('allow'), during.fates('allow')]).toEqual(['run', ['RUNNING 1', 'COMPLETED 1']])
    expect(afterwards.fates('allow')).toEqual(['COMPLETED 1', 'COMPLETED 1'])
  })

  it('stops the other with `replace`, then runs', () => {
    expect(plan.get('replace')).toBe('run')
    expect(during.fates('replace')).toEqual(['CANCELLED replaced 1', 'COMPLETED 1'])
    expect(afterwards.schedules.get('replace')).toMatchObject({ lastStatus: 'COMPLETED', consecutiveFailures: 0 })
    const [stopped, ran] = during.of('replace')
    expect(ran?.startedAt?.getTime()).toBeGreaterThanOrEqual(stopped?.finishedAt?.getTime() ?? Infinity)
  })
})
