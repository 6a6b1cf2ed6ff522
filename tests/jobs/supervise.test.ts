import type { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'

import { Halt } from '../../src/jobs/halt.js'
import { supervise } from '../../src/jobs/supervise.js'

test('a process that cannot be killed is given up a moment after the grace', async () => {
  const neverExits = Object.assign(new EventEmitter(), { pid: 2 ** 30 }) as unknown as ChildProcess
  const supervised = supervise(neverExits, new Halt(10, new AbortController().signal), 10)
  expect(await supervised.exited).toEqual({ code: null, signal: null, killed: true, error: null })
  await supervised.close()
})

test('a process that could not be started has ended with that error', async () => {
  const notStarted = new EventEmitter() as unknown as ChildProcess
  const supervised = supervise(notStarted, new Halt(1000, AbortSignal.abort()), 10)
  const error = new Error('spawn EAGAIN')
  notStarted.emit('error', error)
  expect(await supervised.exited).toMatchObject({ code: null, error })
  await supervised.close()
})
