import { describe, expect, it } from 'vitest'
import { parseInstant, parseUntil } from '../../src/cli/parse-time.js'

const now = new Date('2026-11-23T14:40:00Z')

describe('--until', () => {
  it.each([
    ['2h', '2026-11-23T16:40:00Z'],
    ['1h30m', '2026-11-23T16:10:00Z'],
    ['2d', '2026-11-25T14:40:00Z'],
    ['18:30', '2026-11-23T17:30:00Z'],
    ['09:00', '2026-11-24T08:00:00Z'],
    ['15:40', '2026-11-24T14:40:00Z'],
    ['2026-12-01T09:00Z', '2026-12-01T09:00:00Z'],
    ['2026-12-01T09:00', '2026-12-01T08:00:00Z'],
    ['2026-12-01 09:00', '2026-12-01T08:00:00Z'],
    ['2026-12-01', '2026-11-30T23:00:00Z'],
  ])('reads %s in Berlin as %s', async (text, at) => {
    expect(await parseUntil(text, now, 'Europe/Berlin')).toEqual(new Date(at))
  })

  it('takes the same time of day tomorrow across a shift of the clocks', async () => {
    const beforeShift = new Date('2026-10-24T10:00:00Z')
    expect(await parseUntil('12:00', beforeShift, 'Europe/Berlin')).toEqual(new Date('2026-10-25T11:00:00Z'))
  })

  it.each(['soon', '25:00', '12', '', '-2h', 'tomorrow'])('refuses %j and says what it takes', async (text) => {
    await expect(parseUntil(text, now, 'UTC')).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 })
  })

  it('refuses a unit that does not exist', async () => {
    await expect(parseUntil('3fortnights', now, 'UTC')).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe('--from and --to', () => {
  it('take a date as midnight in the zone of the schedule', async () => {
    expect(await parseInstant('--from', '2026-11-23', 'America/New_York')).toEqual(new Date('2026-11-23T05:00:00Z'))
  })

  it('take an instant as it is', async () => {
    expect(await parseInstant('--to', '2026-11-23T05:00:00+02:00', 'Asia/Tokyo')).toEqual(
      new Date('2026-11-23T03:00:00Z'),
    )
  })

  it.each(['yesterday', '2026-13-01', '2026-02-30', '23.11.2026', '2026'])('refuse %j', async (text) => {
    await expect(parseInstant('--from', text, 'UTC')).rejects.toThrow(/--from: '.*' is no date/)
  })
})
