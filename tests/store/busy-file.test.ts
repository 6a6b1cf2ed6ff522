import Libsql from 'libsql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.js'
import { engines } from '../support/servers.js'
import { createSchedule, type Fixture, LEASE_MS, openFixture, PASS, slotAt, takeSlot } from './fixtures.js'

describe.each(engines().filter((engine) => engine.dialect === 'sqlite'))(
  'a file that another holds ($name)',
  (engine) => {
    let fixture: Fixture
    beforeAll(async () => {
      fixture = await openFixture(engine)
    })
    afterAll(() => fixture.close())

    it('is waited for while the event loop goes on', async () => {
      const { store } = fixture
      const id = await createSchedule(store)
      const pass = await store.openPass(PASS, LEASE_MS)
      const other = new Libsql(fixture.url.slice('file:'.length))
      other.exec('BEGIN IMMEDIATE')
      const taking = store.take(pass.id, [id], takeSlot('a'))
      let turns = 0
      while (turns < 10) {
        await systemClock.sleep(5)
        turns += 1
      }
      expect(other.prepare('SELECT id FROM JobRun').all()).toEqual([])
      other.exec('COMMIT')
      expect(await taking).toMatchObject([{ runs: [{ jobName: 'a', scheduledFor: slotAt(0) }] }])
      other.close()
    })

    it('is let go by a store that is closed: who still asks it gets an error, and the process lives', async () => {
      const { store } = await openFixture(engine)
      await store.close()
      await expect(store.openPass(PASS, LEASE_MS)).rejects.toThrow(/not open/)
    })

    it('is read while another writes', async () => {
      const { store } = fixture
      const id = await createSchedule(store)
      const other = new Libsql(fixture.url.slice('file:'.length))
      other.exec('BEGIN IMMEDIATE; UPDATE JobSchedule SET priority = 9')
      expect((await store.readSchedules([id]))[0]?.priority).toBe(0)
      expect((await store.check({ configName: 'default', scheduleIds: [], jobNames: [], aheadMs: 0 })).due).toBe(1)
      other.exec('COMMIT')
      expect((await store.readSchedules([id]))[0]?.priority).toBe(9)
      other.close()
    })
  },
)
