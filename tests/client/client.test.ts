import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient, type Client } from '../../src/client.js'
import { openRoom, found, type TestRoom } from '../commands/database.js'
import { connectTo, engines } from '../support/servers.js'

describe.each(engines())('the client on $name', (engine) => {
  let room: TestRoom
  let client: Client
  beforeAll(async () => {
    room = await openRoom(engine)
    client = createClient({ databaseUrl: room.url, actor: 'app' })
  })
  afterAll(async () => {
    await client.close()
    await room.close()
  })

  const input = (id: string) => ({ id, cron: '0 * * * *', jobs: ['backup-db', 'send-digests'] })

  it('leads a schedule through its life', async () => {
    const created = await client.schedules.upsert({ ...input('life'), params: { tenant: 'acme' } })
    expect(created).toMatchObject({ id: 'life', source: 'DATABASE', enabled: true })
    const until = new Date(Date.UTC(2199, 0, 1))
    expect(
      await client.schedules.pause('life', { reason: 'holiday', until: until.toISOString(), actor: 'ann' }),
    ).toMatchObject({
      enabled: false,
      pausedReason: 'holiday',
      pausedUntil: until,
    })
    expect(await client.schedules.get('life')).toMatchObject({ id: 'life', state: 'paused' })
    expect(await client.schedules.resume('life')).toMatchObject({ enabled: true })
    expect((await client.schedules.list({ search: 'lif' })).map((schedule) => schedule.id)).toEqual(['life'])
    await client.schedules.remove('life')
    expect(await client.schedules.get('life')).toBeNull()
    const audits = await room.audits('life')
    expect(audits.map(({ actor, action }) => [actor, action])).toEqual([
      ['app', 'remove'],
      ['app', 'resume'],
      ['ann', 'pause'],
      ['app', 'upsert'],
    ])
  })

  it('requests, finds, and takes back runs', async () => {
    await client.schedules.upsert(input('asked'))
    const requested = await client.runs.request('asked', { params: { full: true }, actor: 'alice@example.com' })
    expect(requested.map((run) => run.jobName)).toEqual(['backup-db', 'send-digests'])
    const [first, second] = requested
    expect(await client.runs.get(found(first).id)).toMatchObject({
      params: { full: true },
      requestedBy: 'alice@example.com',
      status: 'PENDING',
    })
    expect(await client.runs.cancel(found(first).id)).toBe('cancelled')
    expect(await client.runs.cancel(found(first).id)).toBe('ended')
    const listed = await client.runs.list({ scheduleId: 'asked', statuses: ['PENDING'] })
    expect(listed.map((run) => run.id)).toEqual([found(second).id])
    expect(await client.runs.get('01999999-0000-7000-8000-000000000000')).toBeNull()
  })

  it('takes one job, and the params of the schedule when none are given', async () => {
    await client.schedules.upsert({ ...input('one'), params: { tenant: 'acme' } })
    const runs = await client.runs.request('one', { job: 'send-digests' })
    expect(runs).toMatchObject([{ jobName: 'send-digests', params: { tenant: 'acme' }, requestedBy: 'app' }])
  })

  it('pages through runs by the last id', async () => {
    await client.schedules.upsert(input('paged'))
    for (let i = 0; i < 3; i++) await client.runs.request('paged', { job: 'backup-db' })
    const newest = await client.runs.list({ scheduleId: 'paged', limit: 2 })
    const rest = await client.runs.list({ scheduleId: 'paged', limit: 2, cursor: found(newest.at(-1)).id })
    expect([...newest, ...rest].map((run) => run.id)).toEqual((await room.runs('paged')).map((run) => run.id).reverse())
  })

  it('bears calls side by side, the first of which connect', async () => {
    const fresh = createClient({ databaseUrl: room.url })
    await room.addSchedule({ id: 'side-by-side' })
    const calls = Array.from({ length: 20 }, () => fresh.runs.request('side-by-side', { job: 'backup-db' }))
    const [schedules, ...requested] = await Promise.all([fresh.schedules.list(), ...calls])
    expect(schedules.length).toBeGreaterThan(0)
    expect(requested.flat()).toHaveLength(20)
    expect(await room.runs('side-by-side')).toHaveLength(20)
    await fresh.close()
  })

  it('goes on after a call that failed', async () => {
    const failed = client.runs.request('no-such-schedule')
    const [, worked] = await Promise.allSettled([failed, client.schedules.upsert(input('after'))])
    expect(worked.status).toBe('fulfilled')
    await expect(failed).rejects.toMatchObject({ name: 'ScheduleError', code: 'SCHEDULE_NOT_FOUND' })
  })

  it('refuses what is no instant', async () => {
    await client.schedules.upsert(input('instant'))
    await expect(client.schedules.pause('instant', { until: 'soon' })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it.each([
    ['another type', 42],
    ['an object, as a query string can make one', { id: 'asked' }],
    ['nothing', undefined],
    ['null', null],
  ])('refuses an id that is %s', async (_what, given) => {
    const id = given as unknown as string
    const calls = [
      client.schedules.get(id),
      client.schedules.pause(id),
      client.schedules.resume(id),
      client.schedules.remove(id),
      client.runs.request(id),
      client.runs.cancel(id),
      client.runs.get(id),
    ]
    for (const { reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[])
      expect(reason).toMatchObject({
        name: 'ScheduleError',
        code: 'USAGE',
        message: expect.stringContaining('the id must be') as string,
      })
  })

  it.each([
    ['actor', 42, 'actor must be a text, not a number'],
    ['reason', { a: 1 }, 'reason must be a text or null, not an object'],
    ['until', 0, 'until: a number is no instant'],
    ['untill', '2199-01-01T00:00:00Z', "there is no option 'untill'"],
  ])('refuses a pause with %s %j', async (name, value, message) => {
    await client.schedules.upsert(input('terms'))
    await expect(client.schedules.pause('terms', { [name]: value })).rejects.toMatchObject({ code: 'USAGE', message })
    expect(await client.schedules.get('terms')).toMatchObject({ enabled: true })
  })

  it.each([
    ['a BigInt', { n: 1n }],
    ['a Date', { at: new Date(0) }],
    ['a function', () => 1],
    ['NaN', [Number.NaN]],
  ])('refuses a request whose params hold %s', async (what, params) => {
    await client.schedules.upsert(input('plain'))
    const request = client.runs.request('plain', { params: params as never })
    await expect(request).rejects.toMatchObject({ name: 'ScheduleError', code: 'USAGE' })
    await expect(request).rejects.toThrow(what)
  })

  it.each([
    [{ statuses: 'FAILED' }, 'statuses must be a list'],
    [{ statuses: ['LOST'] }, 'statuses must be a list of PENDING'],
    [{ from: '2027-01-01' }, "from must be a valid Date, not '2027-01-01'"],
    [{ to: new Date(Number.NaN) }, 'to must be a valid Date, not a Date'],
    [{ limit: '5' }, "limit must be a number, not '5'"],
    [{ trigger: 'MANUAL' }, "there is no option 'trigger'"],
  ])('refuses a list of runs by %j', async (query, message) => {
    await expect(client.runs.list(query as never)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(message) as string,
    })
  })

  it.each([
    [{ offset: Number.NaN }, 'offset must be a number, not NaN'],
    [{ filter: 'late' }, "filter must be one of active, paused, orphaned, failing, due, not 'late'"],
    [{ search: 42 }, 'search must be a text, not a number'],
  ])('refuses a list of schedules by %j', async (query, message) => {
    await expect(client.schedules.list(query as never)).rejects.toMatchObject({ code: 'USAGE', message })
  })

  it('takes options that are undefined or null for none', async () => {
    await client.schedules.upsert(input('none'), { actor: undefined })
    await client.schedules.pause('none', { reason: null, until: null, actor: undefined })
    await client.runs.request('none', { job: undefined, params: undefined })
    expect(await client.runs.list({ scheduleId: 'none', jobName: undefined, limit: undefined })).toHaveLength(2)
    expect(await client.schedules.list(null as never)).not.toEqual([])
  })

  it('rejects after it was closed, and may be closed twice', async () => {
    const closed = createClient({ databaseUrl: room.url })
    await closed.schedules.list()
    await closed.close()
    await closed.close()
    await expect(closed.schedules.list()).rejects.toThrow(/closed/)
    await expect(closed.runs.request('asked')).rejects.toThrow(/closed/)
  })

  it('finishes what is under way before it closes', async () => {
    await room.addSchedule({ id: 'under-way' })
    const hasty = createClient({ databaseUrl: room.url })
    const calls = [hasty.runs.request('under-way', { job: 'backup-db' }), hasty.schedules.get('under-way')]
    await hasty.close()
    expect(await Promise.all(calls)).toMatchObject([[{ jobName: 'backup-db' }], { id: 'under-way' }])
  })

  it.runIf(engine.dialect === 'mysql')('connects again after the server ended its connection', async () => {
    await client.schedules.upsert(input('reconnect'))
    await killOthers(room.url)
    expect(await client.runs.request('reconnect', { job: 'backup-db' })).toHaveLength(1)
    expect(await client.schedules.get('reconnect')).toMatchObject({ id: 'reconnect' })
    expect(await room.store.now()).toBeInstanceOf(Date)
  })

  it.runIf(engine.dialect === 'sqlite')('creates and migrates a file that is missing, even for reading', async () => {
    const fresh = createClient({ databaseUrl: `${room.url}-new.db` })
    expect(await fresh.schedules.list()).toEqual([])
    expect(await fresh.runs.list()).toEqual([])
    await fresh.close()
  })
})

it('says that its address is missing when it is first needed', async () => {
  const client = createClient({ databaseUrl: process.env['NO_SUCH_VARIABLE'] as string })
  const call = client.schedules.list()
  await expect(call).rejects.toMatchObject({ code: 'ENVIRONMENT_INVALID', message: 'databaseUrl is not set' })
  await client.close()
})

it('names what is wrong with an address that does not answer, and tries again at the next call', async () => {
  const client = createClient({ databaseUrl: 'mysql://nobody@127.0.0.1:1/none' })
  await expect(client.schedules.list()).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await expect(client.runs.request('any')).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' })
  await client.close()
})

/** Ends every other connection to the database, as a server does with those that are idle for long. */
async function killOthers(url: string): Promise<void> {
  const connection = await connectTo(url)
  const [rows] = await connection.query(
    'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
  )
  for (const { id } of rows as { id: number }[]) await connection.query('KILL ?', [id]).catch(() => undefined)
  await connection.end()
}
