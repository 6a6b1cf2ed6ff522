import { expect, it } from 'vitest'
import { runPass } from '../../src/index.js'

it.each([
  ['concurrency', 0],
  ['concurrency', -1],
  ['concurrency', 1.5],
  ['concurrency', Number.NaN],
  ['concurrency', 1e9],
  ['concurrency', '4'],
  ['schedules', 'nightly'],
  ['schedules', [42]],
  ['failOn', 'failed'],
  ['failOn', ['none']],
  ['maxDuration', null],
])('a pass made from code with %s %j is refused before anything is opened', async (name, value) => {
  const pass = runPass({ [name]: value, cwd: '/no/such/folder', variables: {} })
  await expect(pass).rejects.toMatchObject({ name: 'ScheduleError', code: 'USAGE', exitCode: 2 })
  await expect(pass).rejects.toThrow(name)
})

it('a pass made from code with a duration that is none is refused', async () => {
  const pass = runPass({ maxDuration: '5 minutes', cwd: '/no/such/folder', variables: {} })
  await expect(pass).rejects.toMatchObject({ code: 'DURATION_INVALID', exitCode: 2 })
})
