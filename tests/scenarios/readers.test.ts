import { spawn } from 'node:child_process'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, type Project } from './project.js'

const PROGRAM = path.resolve(import.meta.dirname, '../../bin/run-due-schedules.js')
const JOBS = 40

describe('a pass whose reader', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
    project.configure(`{
      concurrency: 4,
      jobs: Array.from({ length: ${JOBS} }, (_, n) => defineJob({ name: 'job-' + n, run: async () => {
        process.stdout.write('x'.repeat(8000) + '\\n'); process.stderr.write('y'.repeat(8000) + '\\n'); console.log('z'); await sleep(5)
      } })),
      schedules: [{ id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 4, firstRun: 'immediately' }],
    }`)
  })
  afterEach(() => project.remove())

  async function expectAllRecorded(): Promise<void> {
    const counts = await project.sql('SELECT status, COUNT(*) AS n FROM JobRun GROUP BY status')
    expect(counts.map(({ status, n }) => [status, Number(n)])).toEqual([['COMPLETED', JOBS]])
    expect(await project.sql('SELECT status, exitCode FROM RunnerPass')).toEqual([{ status: 'FINISHED', exitCode: 0 }])
  }

  function shell(script: string): Promise<number | null> {
    const child = spawn('sh', ['-c', script], {
      cwd: project.folder,
      env: { PATH: process.env['PATH'], DATABASE_URL: project.database?.url, NODE: process.execPath, PROGRAM },
      stdio: 'ignore',
    })
    return new Promise((resolve) => child.on('exit', resolve))
  }

  it.each([
    ['reads one line and goes (| head)', '"$NODE" "$PROGRAM" --verbose 2>&1 | head -1'],
    ['was never there', '"$NODE" "$PROGRAM" --verbose >&- 2>&-'],
    ['has a full disk', '"$NODE" "$PROGRAM" > /dev/full 2>/dev/full'],
  ])('%s records every run', async (_, script) => {
    await shell(script)
    await expect
      .poll(async () => (await project.sql('SELECT status FROM RunnerPass'))[0])
      .toEqual({ status: 'FINISHED' })
    await expectAllRecorded()
  })

  it('reads nothing for a long time holds up the output, not the pass', async () => {
    const { child, ended } = project.start()
    child.stdout?.pause()
    child.stderr?.pause()
    await expect
      .poll(async () => (await project.sql('SELECT status FROM RunnerPass'))[0])
      .toEqual({ status: 'FINISHED' })
    await expectAllRecorded()
    child.stdout?.resume()
    child.stderr?.resume()
    const { code, stdout } = await ended
    expect([code, stdout.length > JOBS * 8000]).toEqual([0, true])
  })

  it('reads late does not see the pass fail of what a job leaked', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'leaks', run: () => {
        process.stderr.write('y'.repeat(1_000_000))
        setInterval(() => { effect('tick'); throw new Error('leaked') }, 5)
      } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['leaks'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start()
    child.stderr?.pause()
    await expect
      .poll(async () => (await project.sql('SELECT status FROM RunnerPass'))[0])
      .toEqual({ status: 'FINISHED' })
    const ticks = project.effects().length
    await expect.poll(() => project.effects().length).toBeGreaterThan(ticks + 100)
    child.stderr?.resume()
    expect((await ended).code).toBe(0)
  })

  it('reads no more is not waited for because of what a job that was left behind prints', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'prints', run: () => {
        setInterval(() => process.stderr.write('y'.repeat(10_000)), 1)
        effect('here')
        return new Promise(() => {})
      } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['prints'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start([], { SHUTDOWN_GRACE_MS: '100' })
    child.stderr?.pause()
    await expect.poll(() => project.effects()).toEqual(['here'])
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(child.exitCode).toBe(143)
    child.stderr?.resume()
    await ended
  })
})
