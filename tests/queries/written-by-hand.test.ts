import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import type { Queries } from '../../src/queries/queries.js'
import { createSchedule, type Fixture, openFixture } from '../store/fixtures.js'
import { engines } from '../support/servers.js'

describe.each(engines().filter((engine) => engine.name === 'sqlite'))('what people write into $name', (engine) => {
  let fixture: Fixture
  let queries: Queries
  beforeAll(async () => {
    fixture = await openFixture(engine)
    queries = await openQueries(fixture.url)
    await createSchedule(fixture.store, { id: 'by-hand' })
    await createSchedule(fixture.store, { id: 'untouched', nextRunAt: null })
  })
  afterAll(async () => {
    await queries.close()
    await fixture.close()
  })

  it.each([
    ['2027-01-01 03:00', '2027-01-01T03:00:00.000Z'],
    ['2027-01-01', '2027-01-01T00:00:00.000Z'],
    ['2027-01-01T03:00:00+01:00', '2027-01-01T02:00:00.000Z'],
    ['tomorrow', null],
    ['', null],
  ])('as the next slot, %j, is read as a pass reads it', async (written, read) => {
    await fixture.sql('UPDATE JobSchedule SET nextRunAt = ? WHERE id = ?', [written, 'by-hand'])
    const nextRunAt = read === null ? null : new Date(read)
    expect((await fixture.store.readSchedules(['by-hand']))[0]).toMatchObject({ nextRunAt })
    expect((await queries.listSchedules()).schedules[0]).toMatchObject({ nextRunAt })
    expect(await queries.getSchedule('by-hand')).toMatchObject({ nextRunAt })
    expect((await queries.overview()).next).toEqual(
      nextRunAt === null ? null : { scheduleId: 'by-hand', at: nextRunAt },
    )
  })

  it('hinders no pass where it is no instant', async () => {
    await fixture.sql("UPDATE JobSchedule SET nextRunAt = '' WHERE id = 'by-hand'")
    const query = { configName: 'default', until: new Date(), limit: 10 }
    expect(await fixture.store.listTakeable(query)).toMatchObject([{ scheduleId: 'by-hand' }])
  })
})
