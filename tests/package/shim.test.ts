import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'

const LEAKY = `import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
export async function main(argv) {
  setInterval(() => {}, 1000)
  createServer().listen(0, '127.0.0.1')
  spawn('sleep', ['30'], { stdio: 'ignore' })
  process.stdout.write('x'.repeat(Number(argv[0])) + '\\n')
  return Number(argv[1])
}
`

// What it leaks lasts for 30 s.
const OF_A_BUSY_MACHINE_MS = 5000

describe('the shim in bin/', () => {
  let folder: string
  let program: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rds-shim-'))
    await cp(path.join(ROOT, 'bin'), path.join(folder, 'bin'), { recursive: true })
    await writeFile(path.join(folder, 'package.json'), '{ "type": "module" }')
    program = path.join(folder, 'bin/run-due-schedules.js')
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('says how to build when nothing is built', async () => {
    const { code, stderr } = await execute(process.execPath, [program], { cwd: folder })
    expect(stderr).toBe('run-due-schedules is not built: dist/cli.js is missing\n  fix: npm run build\n')
    expect(code).toBe(2)
  })

  it.each(['run-due-schedules.js', 'web-server.js'])('%s refuses a Node that is too old', async (shim) => {
    const older = path.join(folder, 'older.mjs')
    await writeFile(older, `Object.defineProperty(process.versions, 'node', { value: '18.20.8' })`)
    const argv = ['--import', older, path.join(folder, 'bin', shim)]
    const { code, stderr } = await execute(process.execPath, argv, { cwd: folder })
    expect(stderr).toMatch(/^Node .* is too old for run-due-schedules\n {2}fix: use Node 20\.19 or later\n$/)
    expect(code).toBe(2)
  })

  describe('with a program that leaks a timer, a socket and a child', () => {
    beforeAll(async () => {
      await mkdir(path.join(folder, 'dist'))
      await writeFile(path.join(folder, 'dist/cli.js'), LEAKY)
    })

    it('exits with its code within a second', async () => {
      const { code, tookMs } = await execute(process.execPath, [program, '1', '7'], { cwd: folder })
      expect(code).toBe(7)
      expect(tookMs).toBeLessThan(1000 + OF_A_BUSY_MACHINE_MS)
    })

    it('does not cut what a slow reader has not read yet', async () => {
      const count = 'sleep 1; wc -c'
      const { stdout } = await execute('sh', ['-c', `"${process.execPath}" "${program}" 3000000 0 | (${count})`], {
        cwd: folder,
      })
      expect(Number(stdout)).toBe(3_000_001)
    })

    it('is not stopped by a reader that goes away', async () => {
      const script = `"${process.execPath}" "${program}" 3000000 5 | head -c 1 > /dev/null; echo "\${PIPESTATUS[0]}"`
      const { stdout, stderr } = await execute('bash', ['-c', script], { cwd: folder })
      expect(stderr).toBe('')
      expect(stdout.trim()).toBe('5')
    })
  })
})
